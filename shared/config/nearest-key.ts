/** The known key that an unknown one was probably meant to be. */

/** Fewest single-character insertions, deletions and replacements that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** Known key nearest to `unknown`, `undefined` when none is near enough (a third of its length) to be a slip of the pen. */
export function nearestKey(unknown: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(unknown.length / 3) + 1;
  for (const key of known) {
    const distance = editDistance(unknown.toLowerCase(), key);
    if (distance < least) [nearest, least] = [key, distance];
  }
  return nearest;
}
