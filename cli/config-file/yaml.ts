/** Reads YAML into entries. Scalars stay as they are written (`0123`, `yes`), so that keys decide what they mean. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar, type YAMLMap } from 'yaml';
import { type Entry, type EntryValue, SyntaxProblem } from './entries.ts';

const NULL_WORDS = new Set(['', '~', 'null', 'Null', 'NULL']);

/** @throws SyntaxProblem when the text is not one YAML document of plain values */
export function readYaml(text: string): EntryValue {
  const lines = new LineCounter();
  // Doubled keys are reported by the caller, for all formats alike.
  const document = parseDocument(text, {
    schema: 'failsafe',
    prettyErrors: false,
    uniqueKeys: false,
    lineCounter: lines,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    // The code and not the message, which may quote the file.
    const reason = error.code.toLowerCase().replaceAll('_', ' ');
    throw new SyntaxProblem(lines.linePos(error.pos[0]).line, `not valid YAML: ${reason}`);
  }

  const lineOf = (node: Node) => lines.linePos(node.range?.[0] ?? 0).line;

  function value(given: unknown): EntryValue {
    const node = isAlias(given) ? given.resolve(document) : given;
    if (isMap(node)) return { kind: 'map', entries: entries(node) };
    if (isSeq(node)) return { kind: 'list' };
    if (!isScalar(node)) return { kind: 'scalar', text: null };
    const written = String(node.value ?? '');
    return { kind: 'scalar', text: node.type === Scalar.PLAIN && NULL_WORDS.has(written) ? null : written };
  }

  function entries(map: YAMLMap<unknown, unknown>): Entry[] {
    return map.items.map((pair) => {
      if (!isScalar(pair.key)) throw new SyntaxProblem(lineOf(map), 'not a configuration: a key is not plain text');
      return { key: String(pair.key.value), value: value(pair.value), line: lineOf(pair.key) };
    });
  }

  return value(document.contents);
}
