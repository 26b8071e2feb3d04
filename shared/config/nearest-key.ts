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

/** Known key nearest to `unknown`: one that is a slip of the pen away (a third of its length), else the shortest that it is the end of
 *  (`bucket` of `oss.bucket`). `undefined` when there is neither. */
export function nearestKey(unknown: string, known: Iterable<string>): string | undefined {
  const word = unknown.toLowerCase();
  let nearest: string | undefined;
  let whole: string | undefined;
  let least = Math.floor(unknown.length / 3) + 1;
  for (const key of known) {
    // Two words are at least as far apart as their lengths: without that a name of a megabyte would take seconds.
    const distance = Math.abs(word.length - key.length) < least ? editDistance(word, key) : least;
    if (distance < least) [nearest, least] = [key, distance];
    if (key.endsWith(`.${word}`) && key.length < (whole?.length ?? Number.POSITIVE_INFINITY)) whole = key;
  }
  return nearest ?? whole;
}
