/** Whether a pattern of topics may be tried on names. JavaScript's way of matching takes time without end for some patterns: one request that has
 *  such a one would keep the whole process from answering, and from reading. Two kinds are known to be harmless: those that V8's second way can
 *  match, which takes over after 50,000 steps and goes through a name once (`cli/v8-settings.ts` turns it on), and those that repeat little.
 *  Source: https://v8.dev/blog/non-backtracking-regexp (what it supports: no back references, no look-around, no high counts). */

/** How often V8's second way writes a part of a pattern out at most, all quantifiers around it together (`kMaxReplicationFactor` in its
 *  `experimental.cc`). */
const MOST_COPIES = 16;
/** Names have 249 characters: with three repetitions there are some million ways at most, with more there is no end. */
const MOST_REPEATED = 3;
const MOST_OPTIONAL = 10;
const MOST_CHARACTERS = 1000;

/** An escape, a class, the beginning of a group, a quantifier, or any one character. */
const TOKEN = /\\k<|\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:[:=!]|<[=!]?)|[*+?]\??|\{\d+(?:,\d*)?\}\??|[\s\S]/g;

/** Why the pattern is not tried; `undefined` when it is, or is no pattern at all. */
export function patternComplaint(pattern: string): string | undefined {
  if (pattern.length > MOST_CHARACTERS) return `is longer than ${MOST_CHARACTERS} characters`;
  const tokens = [...pattern.matchAll(TOKEN)].map(([token]) => token);
  if (tokens.some((token) => /^\\(?:[1-9]|k<)/.test(token))) {
    return 'refers back to a group (\\1), which may take for ever; list the names that are meant';
  }
  const looksAround = tokens.some((token) => /^\(\?(?:[=!]|<[=!])/.test(token));
  if ((!looksAround && mostCopies(tokens) <= MOST_COPIES) || repeatsLittle(tokens)) return undefined;
  const why = looksAround ? 'look-ahead or look-behind' : 'counts or repetitions within others';
  return `may take for ever; with ${why}, repeat no group, and at most ${MOST_REPEATED} characters or classes`;
}

/** How often the part that is written out most is. */
function mostCopies(tokens: readonly string[]): number {
  /** The most so far in each group that is open, the outermost first. */
  const open = [1];
  let last = 1;
  const close = () => Math.max(open.pop() ?? 1, last);
  for (const token of tokens) {
    const range = rangeOf(token);
    if (range !== undefined) {
      last *= copiesOf(range);
      continue;
    }
    if (token === ')') {
      last = close();
      continue;
    }
    open.push(close());
    last = 1;
    if (token.startsWith('(')) open.push(1);
  }
  return Math.max(last, ...open);
}

/** Whether there are so few ways to go through a name that none of them takes long. */
function repeatsLittle(tokens: readonly string[]): boolean {
  const ranges = tokens.flatMap((token, index) => {
    const range = rangeOf(token);
    return range === undefined ? [] : [{ ...range, ofGroup: tokens[index - 1] === ')' }];
  });
  const optional = ranges.filter(({ least, most }) => least === 0 && most === 1).length;
  const repeated = ranges.filter(({ least, most }) => most > 1 && most !== least).length;
  const groups = ranges.some(({ ofGroup, most }) => ofGroup && most > 1);
  return !groups && repeated <= MOST_REPEATED && optional <= MOST_OPTIONAL;
}

interface Range {
  readonly least: number;
  readonly most: number;
}

function copiesOf({ least, most }: Range): number {
  if (Number.isFinite(most)) return Math.max(1, most);
  return least + 1;
}

/** How often a quantifier lets what is before it come; `undefined` where the token is none. */
function rangeOf(token: string): Range | undefined {
  if (/^\*\??$/.test(token)) return { least: 0, most: Number.POSITIVE_INFINITY };
  if (/^\+\??$/.test(token)) return { least: 1, most: Number.POSITIVE_INFINITY };
  if (/^\?\??$/.test(token)) return { least: 0, most: 1 };
  const [, least, comma, most] = /^\{(\d+)(,?)(\d*)\}\??$/.exec(token) ?? [];
  if (least === undefined) return undefined;
  if (most !== undefined && most !== '') return { least: Number(least), most: Number(most) };
  return { least: Number(least), most: comma === ',' ? Number.POSITIVE_INFINITY : Number(least) };
}
