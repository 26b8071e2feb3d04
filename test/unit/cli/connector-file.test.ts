import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SyntaxProblem } from '../../../cli/config-file/entries.ts';
import { readJson } from '../../../cli/config-file/json.ts';
import { readWorkerFile } from '../../../cli/config-file.ts';
import { readConnectorFile } from '../../../cli/connector-file.ts';
import { ConfigError, type ConfigProblem } from '../../../shared/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'spillway-connector-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function problemsOf(path: string): readonly ConfigProblem[] {
  try {
    readConnectorFile(path);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

/** The one problem of a file with this text, which must be about the file itself. */
function fileProblem(name: string, text: string): string {
  const path = file(name, text);
  const problems = problemsOf(path);
  expect(problems.map(({ key }) => key)).toEqual([path]);
  return problems[0]?.message ?? '';
}

const ORDERS = { name: 'orders', topics: 'a,b', 'batch.size': '20', 'envelope.headers': 'true', note: '订单 = "x"' };

describe('a connector file', () => {
  it.each([
    ['flat.json', JSON.stringify({ ...ORDERS, 'batch.size': 20, 'envelope.headers': true }, null, 2)],
    ['wrapped.json', JSON.stringify({ name: 'orders', config: { ...ORDERS, name: undefined } })],
    ['twice-the-same-name.json', JSON.stringify({ name: 'orders', config: ORDERS })],
    ['bom.json', `\uFEFF${JSON.stringify(ORDERS)}`],
    ['flat.yaml', 'name: orders\ntopics: a,b\nbatch.size: 20\nenvelope.headers: true\nnote: 订单 = "x"\n'],
    [
      'wrapped.yml',
      'name: orders\nconfig:\n  topics: a,b\n  batch.size: 20\n  envelope.headers: true\n  note: 订单 = "x"\n',
    ],
    [
      'flat.properties',
      '# orders\nname=orders\ntopics = a,\\\n  b\nbatch.size: 20\nenvelope.headers true\nnote=订单 = "x"\n',
    ],
    [
      'upper.PROPERTIES',
      'name=orders\r\ntopics=a,b\r\nbatch.size=20\r\nenvelope.headers=true\r\nnote=\\u8ba2\\u5355 = "x"\r\n',
    ],
  ])('%s says the same', (name, text) => {
    expect(readConnectorFile(file(name, text))).toEqual(ORDERS);
  });

  it('keeps scalars as they are written', () => {
    const raw = { code: '0123', big: '12345678901234567890', yes: 'yes', time: '2026-01-31T08:00:00Z', none: null };
    expect(
      readConnectorFile(
        file('written.yaml', `code: 0123\nbig: 12345678901234567890\nyes: yes\ntime: 2026-01-31T08:00:00Z\nnone:\n`),
      ),
    ).toEqual(raw);
    expect(readConnectorFile(file('written.json', '{"big": 12345678901234567890, "none": null}'))).toEqual({
      big: raw.big,
      none: null,
    });
  });

  it('keeps a quoted "null" as text, and follows YAML aliases', () => {
    expect(readConnectorFile(file('alias.yaml', 'a: &x one\nb: *x\nc: "null"\n'))).toEqual({
      a: 'one',
      b: 'one',
      c: 'null',
    });
  });

  it('may have a key called config that is text', () => {
    expect(readConnectorFile(file('config-key.properties', 'config=x\n'))).toEqual({ config: 'x' });
  });
});

describe('a file that cannot be used says why', () => {
  it('when it is missing, a folder, or of another kind', () => {
    expect(problemsOf(join(folder, 'gone.json'))[0]?.message).toBe('there is no such file');
    expect(problemsOf(join(folder, 'gone.toml'))[0]?.message).toBe(
      'expected a file that ends in .json, .yaml, .yml, .properties',
    );
    expect(problemsOf(join(folder, 'none'))[0]?.message).toContain('expected a file that ends in');
    expect(problemsOf(join(file('plain.json', '{}'), 'x.json'))[0]?.message).toBe('cannot be read (ENOTDIR)');
  });

  it.each([
    ['a.json', '{"a": 1,\n "b": hunter2}', 2],
    ['b.json', '{"a": 1\n "b": 2}', 2],
    ['c.json', '{"a": 1,\n\n}', 3],
    ['d.json', '{"a": "hunter2\n"}', 1],
    ['e.json', '{"a": 1}\n{"b": 2}', 2],
    ['f.json', '{"a": 1,\n', 2],
    ['g.json', "{'a': 1}", 1],
    ['h.json', '// hunter2\n{}', 1],
    ['i.json', '{"a": 01}', 1],
    ['j.json', '{"a": "x\ty"}', 1],
    ['k.json', '', 1],
    ['a.yaml', 'a: 1\nb: "hunter2\n', 3],
    ['b.yaml', 'a: 1\n  b: hunter2\n', 1],
    ['c.yaml', 'a: 1\n---\nb: 2\n', 2],
    ['d.yaml', 'a: 1\n\tb: hunter2\n', 2],
    ['e.yaml', 'a: 1\n? [hunter2]\n: x\n', 1],
    ['a.properties', 'a=1\nhunter2\n', 2],
    ['b.properties', '\n=hunter2\n', 2],
    ['c.properties', 'path=C:\\users\n', 1],
  ])('%s, with the line and without quoting the file', (name, text, line) => {
    const message = fileProblem(name, text);
    expect(message).toMatch(new RegExp(`^line ${line}: not `));
    expect(message).not.toContain('hunter2');
  });

  it.each([
    ['list.json', '[{"a": 1}]'],
    ['text.json', '"a"'],
    ['list.yaml', '- a: 1\n'],
    ['text.yaml', 'just text\n'],
    ['empty.yaml', ''],
    ['comment.yaml', '# nothing\n'],
  ])('%s: not keys and values', (name, text) => {
    expect(fileProblem(name, text)).toBe('expected keys and values, and nothing around them');
  });

  it.each([
    ['no-keys.json', '{}'],
    ['no-keys.properties', '# nothing\n'],
  ])('%s: no keys', (name, text) => {
    expect(fileProblem(name, text)).toBe('has no keys in it');
  });

  it.each([
    ['twice.json', '{"a": 1,\n"b": 2,\n"a": 3, "b": 4}'],
    ['twice.yaml', 'a: 1\nb: 2\n"a": 3\n'],
    ['twice.properties', 'a=1\nb=2\na: 3\n'],
  ])('%s: doubled keys, with their lines', (name, text) => {
    expect(problemsOf(file(name, text))[0]).toEqual({ key: 'a', message: 'is given on lines 1, 3; keep one' });
  });

  it('of nested values, all of them by key', () => {
    const text = '{"name": "a",\n"topics": ["a", ["b"]],\n"oss": {"bucket": "b"}, "empty": []}';
    expect(problemsOf(file('nested.json', text))).toEqual([
      { key: 'topics', message: 'line 2: expected text, a number, true or false, not a list; write lists as a,b,c' },
      {
        key: 'oss',
        message: 'line 3: expected text, a number, true or false, not a map; write keys in full, with dots',
      },
      { key: 'empty', message: 'line 3: expected text, a number, true or false, not a list; write lists as a,b,c' },
    ]);
    expect(problemsOf(file('nested.yaml', 'topics:\n  - a\noss:\n  bucket: b\n')).map(({ key }) => key)).toEqual([
      'topics',
      'oss',
    ]);
  });

  it('when the two forms are mixed', () => {
    const text = '{"name": "a", "topics": "t", "config": {"name": "b"}}';
    expect(problemsOf(file('mixed.json', text))).toEqual([
      { key: 'topics', message: 'stands beside config; only name does, move it into config' },
      { key: 'name', message: 'is a outside config and b inside it; keep one' },
    ]);
  });
});

it('a worker file is flat, in any of the formats', () => {
  expect(readWorkerFile(file('worker.properties', 'bootstrap.servers=h:1\n'))).toEqual({ 'bootstrap.servers': 'h:1' });
  expect(() => readWorkerFile(file('worker.json', '{"config": {"a": 1}}'))).toThrow(ConfigError);
});

describe('the JSON reader agrees with JSON.parse', () => {
  it('on what is JSON, and on what it says', () => {
    const flat = fc.dictionary(
      fc.string(),
      fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null)),
    );
    fc.assert(
      fc.property(flat, fc.constantFrom(0, 2, '\t'), (object, indent) => {
        const value = readJson(JSON.stringify(object, null, indent));
        const read =
          value.kind === 'map' ? value.entries.map(({ key, value: v }) => [key, v.kind === 'scalar' ? v.text : v]) : [];
        expect(read).toEqual(Object.entries(object).map(([key, v]) => [key, v === null ? null : String(v)]));
      }),
    );
  });

  it('on what is not', () => {
    const text = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"', '1', '-', '.5', 'true', 'nul', ' ', '\n', '\\'),
    );
    const accepts = (read: (text: string) => unknown, given: string) => {
      try {
        read(given);
        return true;
      } catch (error) {
        if (error instanceof SyntaxError || error instanceof SyntaxProblem) return false;
        throw error;
      }
    };
    fc.assert(
      fc.property(text, (parts) => {
        const given = parts.join('');
        expect(accepts(readJson, given)).toBe(accepts(JSON.parse, given));
      }),
      { numRuns: 2000 },
    );
  });
});
