/** Reads Java properties into entries. */
import { type Pair, parseLines } from 'dot-properties';
import { type Entry, type EntryValue, lineAt, SyntaxProblem } from './entries.ts';

/** A backslash-u that four hex digits do not follow; Java refuses it, the parser would take it for a letter. */
const BROKEN_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?![0-9a-fA-F]{4})/;

/** @throws SyntaxProblem when a line has no key, no separator or a broken escape */
export function readProperties(text: string): EntryValue {
  const pairs = parseLines(text, true).filter((node): node is Required<Pair> => node.type === 'PAIR');
  return { kind: 'map', entries: pairs.map((pair) => entryOf(pair, text)) };
}

function entryOf(pair: Required<Pair>, text: string): Entry {
  const [start, keyEnd, valueStart, end] = pair.range;
  const line = lineAt(text, start);
  if (pair.key === '') throw new SyntaxProblem(line, 'not a property: no key before the separator');
  if (keyEnd === valueStart) throw new SyntaxProblem(line, 'not a property: expected key=value');
  if (BROKEN_ESCAPE.test(text.slice(start, end))) {
    throw new SyntaxProblem(line, 'not a property: \\u needs four hex digits; write a backslash as \\\\');
  }
  return { key: pair.key, value: { kind: 'scalar', text: pair.value }, line };
}
