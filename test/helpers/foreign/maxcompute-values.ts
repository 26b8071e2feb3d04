/** Rows with every type a column may have, as they must lie in the stand-in after a client of another language wrote them. The clients' side of it is in
 *  `test/foreign/python/maxcompute_values.py` and `test/foreign/java/MaxComputeTypes.java`. */
import type { RowCells } from '../../../infra/local/maxcompute/server.ts';

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const NUMBERS_MOST = {
  ti: 127,
  si: 32_767,
  i: 2_147_483_647,
  b: '9223372036854775807',
  bo: true,
  f: 3.4028234663852886e38,
  d: Number.MAX_VALUE,
};
const NUMBERS_LEAST = {
  ti: -128,
  si: -32_768,
  i: -2_147_483_648,
  b: '-9223372036854775807',
  bo: false,
  f: -1.401298464324817e-45,
  d: '-Infinity',
};
const TEXT = 'é世界\0\n"😀';

function withNulls(rows: readonly RowCells[]): RowCells[] {
  const names = Object.keys(rows[0] ?? {});
  return [...rows, Object.fromEntries(names.map((name) => [name, null]))];
}

/** Written by pyodps. */
export const PYTHON_ROWS = withNulls([
  {
    ...NUMBERS_MOST,
    s: TEXT,
    bi: { base64: EVERY_BYTE.toString('base64') },
    j: '{"a": [1, null, "\\u00e9"]}',
    da: '9999-12-31',
    dt: '9999-12-31T23:59:59.999Z',
    ts: '2262-04-11T23:47:16.854775807Z',
    tn: '2024-01-02T03:04:05.000000001',
    de: '99999999999999999999.999999999999999999',
    d2: '12.30',
    vc: '世界é😀',
    ch: 'abc',
    ab: ['1', null, '-9223372036854775807'],
    aa: [['a', null], [], null],
    m: [
      ['k', '9223372036854775807'],
      ['', null],
    ],
    md: [['-1', '-0.01']],
    st: { x: -2_147_483_648, y: null, z: { q: [0.5, null] } },
    ym: 119_999,
    dm: '8640000000.000000001',
  },
  {
    ...NUMBERS_LEAST,
    s: '',
    bi: { base64: '' },
    j: '[]',
    da: '0001-01-01',
    dt: '0001-01-01T00:00:00.001Z',
    ts: '1970-01-01T00:00:00.000000001Z',
    tn: '1970-01-01T00:00:00.000000000',
    de: '-99999999999999999999.999999999999999999',
    d2: '-99999999.99',
    vc: '',
    ch: '',
    ab: [],
    aa: [],
    m: [],
    md: [],
    st: { x: 0, y: '', z: { q: [] } },
    ym: -119_999,
    dm: '-86398.999999999',
  },
]);

/** The same, read by pyodps: it parses JSON, so that its text may change and its value not. */
export const PYTHON_READ_ROWS = PYTHON_ROWS.map((row) =>
  typeof row['j'] === 'string' ? { ...row, j: JSON.stringify(JSON.parse(row['j'])) } : row,
);

/** Written by odps-sdk-core, whose times reach further. */
export const JAVA_ROWS = withNulls([
  {
    ...NUMBERS_MOST,
    s: TEXT,
    bi: { base64: 'AP8=' },
    j: '{"a":[1,null]}',
    da: '9999-12-31',
    dt: '9999-12-31T23:59:59.999Z',
    ts: '9999-12-31T23:59:59.999999999Z',
    tn: '9999-12-31T23:59:59.999999999',
    de: '99999999999999999999.999999999999999999',
    vc: '世界é',
    ch: 'abc',
    ab: ['1', null, '-9223372036854775807'],
    m: [
      ['n', null],
      ['k', '9223372036854775807'],
    ],
    st: { x: -2_147_483_648, y: null },
  },
  {
    ...NUMBERS_LEAST,
    s: '',
    bi: { base64: '' },
    j: '[]',
    da: '0001-01-01',
    dt: '0001-01-01T00:00:00.001Z',
    ts: '1969-12-31T23:59:59.500000000Z',
    tn: '0001-01-01T00:00:00.000000001',
    de: '-0.000000000000000001',
    vc: '',
    ch: '',
    ab: [],
    m: [],
    st: { x: 0, y: '' },
  },
]);
