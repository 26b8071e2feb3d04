import { describe, expect, it } from 'vitest';
import {
  FIRST_NAME_BIT,
  HAS_ESCAPED_NAME,
  HAS_LINE_BREAK,
  IS_OBJECT,
  IS_VALUE,
  MOST_DEPTH,
  NOT_JSON,
} from '../../../../shared/kernel/json-check.ts';
import { createWasmJsonChecker } from '../../../../shared/kernel/wasm-json-check.ts';
import { jsonCheckers } from '../../../helpers/kernel/json-checkers.ts';
import { expectedVerdict, verdictsOf } from '../../../helpers/kernel/json-reference.ts';
import { blockOf, type KeyAndValue } from '../../../helpers/kernel/reference.ts';

/** Texts that are JSON, and texts that some parser takes for it. */
const ACCEPTED = [
  ...[
    '{}',
    '[]',
    '""',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e5',
    '1E+05',
    '0e-0',
    '12345678901234567890',
    'true',
    'false',
    'null',
  ],
  ...[
    ' \t\r\n{} \n',
    '{"":{"":[]}}',
    '{"a":1,"a":2}',
    '"\\ud800"',
    '"\\"\\\\\\/\\b\\f\\n\\r\\t\\uAbC9"',
    '"\u007f"',
    '"\u2028\u2029"',
  ],
  ...[
    '[0.000000000000000000001]',
    '[1234567890123456]',
    '[12345678901234567]',
    '0.5',
    '{"@timestamp":1}',
    '"中😀é"',
    '[[[[]]]]',
  ],
  `"${'x'.repeat(15)}"`,
  `"${'x'.repeat(16)}"`,
  `"${'x'.repeat(1000)}\\n"`,
];
const REFUSED = [
  ...[
    '',
    ' ',
    '\n',
    '{',
    '}',
    '[',
    ']',
    '"',
    '"\\',
    '"\\u',
    '"\\u00',
    '"a',
    "'a'",
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '[1,]',
    '[,1]',
  ],
  ...[
    '{"a" 1}',
    '{1:1}',
    '{"a":1 "b":2}',
    '[1 2]',
    '[}',
    '{]',
    '{}{}',
    '{} x',
    '1 2',
    '01',
    '-01',
    '00',
    '-',
    '+1',
    '.5',
    '1.',
    '1.e5',
    '1e',
    '1e+',
  ],
  ...[
    '0x1',
    '1_000',
    'NaN',
    'Infinity',
    '-Infinity',
    'nul',
    'nulll',
    'True',
    'undefined',
    'tru',
    'falsy',
    'fals',
    '1.2.3',
    '1e5e5',
    '1e5.',
    '--1',
  ],
  ...[
    '"\t"',
    '"\n"',
    '"\u0000"',
    '"\u001f"',
    '"\\a"',
    '"\\x41"',
    '"\\u12g4"',
    '"\\U0041"',
    '"\\\'"',
    '// x\n1',
    '/* */1',
    '\ufeff{}',
    '\u00a01',
    '1\u2028',
  ],
  ...['\f1', '\v1', '[1]]', '{"a":1}}', '\u00001', '1\u0000', '{}\u0000', '[1,\u00002]', ',', ':', '[:]', '{:}', '{,}'],
];

function allVerdicts(values: readonly (Buffer | null)[], options: Parameters<typeof verdictsOf>[2] = {}): number[][] {
  return jsonCheckers.map((checker) => [...verdictsOf(checker, values, options)]);
}

function nested(depth: number): Buffer {
  return Buffer.from(
    '{"a":['.repeat(depth >> 1) + '['.repeat(depth & 1) + ']'.repeat(depth & 1) + ']}'.repeat(depth >> 1),
  );
}

describe('both checks', () => {
  it.each([0, 1, 5])('accept what is JSON and refuse what is not, with %i other bytes between', (gap) => {
    const values = [...ACCEPTED, ...REFUSED].map((text) => Buffer.from(text));
    const expected = values.map(expectedVerdict);
    expect(expected.map((verdict) => verdict > 0)).toEqual(values.map((_, i) => i < ACCEPTED.length));
    for (const verdicts of allVerdicts(values, { gap })) expect(verdicts).toEqual(expected);
  });

  it.each(['80', 'c080', 'c1bf', 'c3', 'e4b8', 'eda080', 'edbfbf', 'f0808080', 'f09f98', 'f4908080', 'ff'])(
    'refuse a string with the bytes %s, which are no UTF-8, at every place',
    (hex) => {
      const values = Array.from({ length: 70 }, (_, before) =>
        Buffer.concat([
          Buffer.from(`{"n":"${'中'.repeat(before % 2)}${'x'.repeat(before)}`),
          Buffer.from(hex, 'hex'),
          Buffer.from('"}'),
        ]),
      );
      for (const verdicts of allVerdicts(values)) expect(verdicts).toEqual(values.map(() => NOT_JSON));
    },
  );

  it('refuse every byte that cannot stand in a string, at every place of strings of every length', () => {
    for (let length = 1; length <= 40; length++) {
      const values: Buffer[] = [];
      for (let byte = 0; byte < 256; byte++) {
        const value = Buffer.alloc(length + 2, 'x');
        value[0] = 0x22;
        value[length + 1] = 0x22;
        value[1 + ((byte * 7) % length)] = byte;
        values.push(value);
      }
      const expected = values.map(expectedVerdict);
      for (const verdicts of allVerdicts(values)) expect(verdicts).toEqual(expected);
    }
  });

  it('never look behind a value: cut off anywhere it is refused, whatever follows', () => {
    const whole = Buffer.from('{"a":[1.5e3,"x\\u0041\\n",true,null,{"b":-0.25}],"中":"0123456789abcdef"}');
    const { bytes, ...block } = blockOf([[null, whole]]);
    for (let end = 0; end <= whole.length; end++) {
      const bounds = block.bounds.map((bound, column) => (column === 3 ? end : bound));
      for (const checker of jsonCheckers) {
        const verdicts = new Int32Array(1);
        checker.check({ ...block, bytes, bounds }, 0, 1, 100, [], verdicts);
        expect(verdicts[0], `${checker.name} ${end}`).toBe(end === whole.length ? IS_VALUE | IS_OBJECT : NOT_JSON);
      }
    }
    // A number is JSON wherever it ends but before its digits.
    const number = Buffer.from('-12.50e+07');
    const cut = Array.from(number, (_, i) => number.subarray(0, i + 1));
    for (const verdicts of allVerdicts(cut)) expect(verdicts).toEqual(cut.map(expectedVerdict));
  });

  it('say nothing of a null, and tell objects and line breaks', () => {
    const values = [null, Buffer.from('{"a":"x"}'), Buffer.from('[{}]'), Buffer.from('{\n}'), Buffer.from('1\r'), null];
    const expected = [
      0,
      IS_VALUE | IS_OBJECT,
      IS_VALUE,
      IS_VALUE | IS_OBJECT | HAS_LINE_BREAK,
      IS_VALUE | HAS_LINE_BREAK,
      0,
    ];
    for (const verdicts of allVerdicts(values)) expect(verdicts).toEqual(expected);
  });

  it('count objects and arrays within each other', () => {
    for (const maxDepth of [1, 2, 20, 100, 999]) {
      const values = [nested(maxDepth), nested(maxDepth + 1), Buffer.from(`[${'[],'.repeat(50)}{}]`)];
      for (const verdicts of allVerdicts(values, { maxDepth })) {
        expect(verdicts.map((verdict) => verdict > 0)).toEqual([true, false, maxDepth > 1]);
      }
    }
    const values = [nested(MOST_DEPTH), nested(MOST_DEPTH + 1), nested(1_000_000)];
    for (const verdicts of allVerdicts(values, { maxDepth: 2 * MOST_DEPTH })) {
      expect(verdicts.map((verdict) => verdict > 0)).toEqual([true, false, false]);
    }
  });

  it('find names at the top level and nowhere else', () => {
    const names = ['@timestamp', '名', '', '@timestamp', 'a-name-of-more-than-sixteen-bytes'].map((name, i) => ({
      name,
      bit: FIRST_NAME_BIT << i,
    }));
    const [time = 0, chinese = 0, empty = 0, again = 0, long = 0] = names.map(({ bit }) => bit);
    const cases: [string, number][] = [
      ['{"@timestamp":1}', time | again],
      ['{"b":2, "名" : {"@timestamp":1}}', chinese],
      ['{"":"@timestamp"}', empty],
      ['[{"@timestamp":1}]', 0],
      ['{"@timestamp2":1,"@timestam":2,"@timestamP":3}', 0],
      ['{"a-name-of-more-than-sixteen-bytes":[],"":0}', long | empty],
      ['{"\\u0040timestamp":1}', HAS_ESCAPED_NAME],
      ['{"a":{"\\u0040timestamp":1},"b\\n":1,"名":2}', HAS_ESCAPED_NAME | chinese],
      ['{"a":"\\n","b":["\\n"]}', 0],
    ];
    const values = cases.map(([text]) => Buffer.from(text));
    const expected = cases.map(([text, bits]) => IS_VALUE | (text.startsWith('{') ? IS_OBJECT : 0) | bits);
    for (const verdicts of allVerdicts(values, { names })) expect(verdicts).toEqual(expected);
    for (const verdicts of allVerdicts(values)) {
      expect(verdicts).toEqual(expected.map((verdict) => verdict & (2 * HAS_ESCAPED_NAME - 1)));
    }
    // More than there is room for.
    const many = Array.from({ length: 5_000 }, (_, i) => ({
      name: `name-${i}-${'x'.repeat(20)}`,
      bit: FIRST_NAME_BIT,
    }));
    const last = Buffer.from(`{"${many.at(-1)?.name}":1}`);
    for (const verdicts of allVerdicts([last, Buffer.from('{"a":1}')], { names: many })) {
      expect(verdicts).toEqual([IS_VALUE | IS_OBJECT | FIRST_NAME_BIT, IS_VALUE | IS_OBJECT]);
    }
  });

  it('take values of any size, alone and among others', () => {
    const sizes = [10, 48 * 1024 - 10, 48 * 1024, 48 * 1024 + 1, 200_000, 1_000_000, 5_000_000, 20];
    const values = sizes.flatMap((size) => {
      const good = Buffer.from(`{"text":"${'ab中'.repeat(Math.ceil(size / 5))}"}`);
      const bad = Buffer.from(good);
      bad[bad.length - 4] = 0xff;
      return [good, bad, Buffer.from('{"a":1}'), null];
    });
    const expected = values.map(expectedVerdict);
    for (const verdicts of allVerdicts(values, { gap: 3 })) expect(verdicts).toEqual(expected);
  });

  it('take many records, in any order of their values, and parts of a block', () => {
    const values = Array.from({ length: 3_000 }, (_, i) =>
      i % 7 === 3 ? null : Buffer.from(i % 5 === 1 ? `{"a":${i}` : `{"a":${i}}`),
    );
    const expected = values.map(expectedVerdict);
    for (const verdicts of allVerdicts(values)) expect(verdicts).toEqual(expected);
    const block = blockOf(values.map((value): KeyAndValue => [null, value]));
    const turned = { ...block, bounds: block.bounds.slice() };
    for (let i = 0; i < values.length; i++)
      turned.bounds.set(block.bounds.subarray(5 * i, 5 * i + 5), 5 * (values.length - 1 - i));
    for (const checker of jsonCheckers) {
      const verdicts = new Int32Array(3_000);
      checker.check(turned, 0, 3_000, 100, [], verdicts);
      expect([...verdicts]).toEqual(expected.toReversed());
      checker.check(block, 1_000, 1_010, 100, [], verdicts);
      expect([...verdicts.subarray(0, 10)]).toEqual(expected.slice(1_000, 1_010));
    }
  });
});

describe('the check in WebAssembly', () => {
  it('is not there without an engine, or without SIMD', () => {
    expect(createWasmJsonChecker(undefined)).toBeUndefined();
    class CompileError extends Error {}
    class Module {
      constructor() {
        throw new CompileError();
      }
    }
    const Instance = class {
      readonly exports = {};
    };
    const Memory = class {
      readonly buffer = new ArrayBuffer(0);
      grow = () => 0;
    };
    expect(createWasmJsonChecker({ Module, Instance, Memory, CompileError })).toBeUndefined();
    class Broken {
      constructor() {
        throw new RangeError('out of memory');
      }
    }
    expect(() => createWasmJsonChecker({ Module: Broken, Instance, Memory, CompileError })).toThrow('out of memory');
  });
});
