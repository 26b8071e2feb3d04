import type { ColumnValue } from '../../functions/maxcompute-sink/tunnel/column-value.ts';

const DAY = 86_400;
const FIRST_DAY = Date.parse('0000-01-01T00:00:00Z') / 1000 / DAY;
/** Python knows no year 0. */
const PYTHONS_FIRST_DAY = FIRST_DAY + 366;
const LAST_DAY = Date.parse('9999-12-31T00:00:00Z') / 1000 / DAY;
const DIGITS = '99999999999999999999.999999999999999999';

/** What is written, and how the rows of the stand-in show it: see its `cell-text.ts`. */
type Value = readonly [written: ColumnValue, shown: unknown];

/** Extremes of every type of a column. */
export const EXTREMES: readonly (readonly [type: string, values: readonly Value[]])[] = [
  [
    'TINYINT',
    [
      [-128, -128],
      [127, 127],
      [0, 0],
    ],
  ],
  [
    'SMALLINT',
    [
      [-32768, -32768],
      [32767, 32767],
    ],
  ],
  [
    'INT',
    [
      [-(2 ** 31), -(2 ** 31)],
      [2 ** 31 - 1, 2 ** 31 - 1],
    ],
  ],
  [
    'BIGINT',
    [
      [-9223372036854775807n, '-9223372036854775807'],
      [9223372036854775807n, '9223372036854775807'],
      [Number.MAX_SAFE_INTEGER, '9007199254740991'],
      [Number.MIN_SAFE_INTEGER, '-9007199254740991'],
      [-(2 ** 31) - 1, '-2147483649'],
      [2 ** 32, '4294967296'],
    ],
  ],
  [
    'BOOLEAN',
    [
      [true, true],
      [false, false],
    ],
  ],
  [
    'FLOAT',
    [
      [1.5, 1.5],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '-Infinity'],
    ],
  ],
  [
    'DOUBLE',
    [
      [Number.MAX_VALUE, Number.MAX_VALUE],
      [5e-324, 5e-324],
      [Number.NaN, 'NaN'],
      [Number.POSITIVE_INFINITY, 'Infinity'],
    ],
  ],
  [
    'STRING',
    [
      ['', ''],
      ['é\u{1F600}\u0000', 'é\u{1F600}\u0000'],
      [Buffer.from('bytes'), 'bytes'],
      ['x'.repeat(300_000), 'x'.repeat(300_000)],
    ],
  ],
  ['VARCHAR(10)', [['ten chars…', 'ten chars…']]],
  ['CHAR(3)', [['abc', 'abc']]],
  [
    'BINARY',
    [
      [Buffer.from([0, 255, 128]), { base64: 'AP+A' }],
      [Buffer.alloc(0), { base64: '' }],
    ],
  ],
  ['JSON', [['{"a":[1,null]}', '{"a":[1,null]}']]],
  [
    'DECIMAL(38,18)',
    [
      [DIGITS, DIGITS],
      [`-${DIGITS}`, `-${DIGITS}`],
      [Buffer.from('0'), '0'],
    ],
  ],
  [
    'DATE',
    [
      [FIRST_DAY, '0000-01-01'],
      [PYTHONS_FIRST_DAY, '0001-01-01'],
      [-1, '1969-12-31'],
      [LAST_DAY, '9999-12-31'],
    ],
  ],
  [
    'DATETIME',
    [
      [FIRST_DAY * DAY * 1000, '0000-01-01T00:00:00.000Z'],
      [PYTHONS_FIRST_DAY * DAY * 1000, '0001-01-01T00:00:00.000Z'],
      [-1, '1969-12-31T23:59:59.999Z'],
      [LAST_DAY * DAY * 1000 + 86_399_999, '9999-12-31T23:59:59.999Z'],
    ],
  ],
  [
    'TIMESTAMP',
    [
      [{ seconds: -1, nanos: 500_000_000 }, '1969-12-31T23:59:59.500000000Z'],
      [{ seconds: LAST_DAY * DAY + 86_399, nanos: 999_999_999 }, '9999-12-31T23:59:59.999999999Z'],
      [{ seconds: FIRST_DAY * DAY, nanos: 1 }, '0000-01-01T00:00:00.000000001Z'],
      [{ seconds: 9_223_372_036, nanos: 854_775_807 }, '2262-04-11T23:47:16.854775807Z'],
    ],
  ],
  ['TIMESTAMP_NTZ', [[{ seconds: 0, nanos: 7 }, '1970-01-01T00:00:00.000000007']]],
  [
    'ARRAY<BIGINT>',
    [
      [
        [1, null, -2n],
        ['1', null, '-2'],
      ],
      [[], []],
    ],
  ],
  [
    'MAP<STRING,INT>',
    [
      [
        { keys: ['a', 'b'], values: [1, null] },
        [
          ['a', 1],
          ['b', null],
        ],
      ],
    ],
  ],
  [
    'STRUCT<x:INT,y:ARRAY<STRUCT<z:STRING>>>',
    [
      [[3, [['deep'], null]], { x: 3, y: [{ z: 'deep' }, null] }],
      [[null, null], { x: null, y: null }],
    ],
  ],
];
