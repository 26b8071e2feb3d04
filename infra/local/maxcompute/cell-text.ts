/** Values of columns as rows on disk have them, in JSON that a person can read and that loses nothing:
 *
 *  whole numbers below 64 bits, booleans, floats: as JSON has them (and `"NaN"`, `"Infinity"`, `"-Infinity"`); BIGINT and DECIMAL: text;
 *  strings: text; BINARY: `{"base64": …}`; JSON: its text; DATE `"2024-01-02"`; DATETIME, TIMESTAMP `"2024-01-02T03:04:05.678Z"` (nine digits
 *  for the second); TIMESTAMP_NTZ the same without `Z`; intervals: months, or seconds as `"1.500000000"`; arrays and structs as arrays and
 *  objects; maps as arrays of pairs. */

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('0000-01-01T00:00:00Z');
const END_MS = Date.UTC(10_000, 0, 1);
const NANOS = 1_000_000_000;

const seconds9 = (nanos: bigint): string =>
  `${nanos / 1_000_000_000n}.${String(nanos % 1_000_000_000n).padStart(9, '0')}`;

/** @throws RangeError outside of the years 0000 to 9999 */
export function datetimeText(epochMs: number): string {
  if (!(epochMs >= FIRST_MS && epochMs < END_MS))
    throw new RangeError(`${epochMs} ms is outside of the years 0 to 9999`);
  return `"${new Date(epochMs).toISOString()}"`;
}

/** @throws RangeError outside of the years 0000 to 9999 */
export function dateText(days: number): string {
  return `${datetimeText(days * DAY_MS).slice(0, 11)}"`;
}

/** @throws RangeError outside of the years, or where `nanos` is no part of a second */
export function timestampText(kind: 'timestamp' | 'timestamp_ntz', seconds: number, nanos: number | bigint): string {
  if (!(nanos >= 0 && nanos < NANOS)) throw new RangeError(`${nanos} nanoseconds`);
  const fraction = String(nanos).padStart(9, '0');
  return `${datetimeText(seconds * 1000).slice(0, 20)}.${fraction}${kind === 'timestamp' ? 'Z' : ''}"`;
}

/** Seconds and nanoseconds, added up: `"-1.500000000"`. Clients differ in how they cut a negative one in two. */
export function intervalText(seconds: number | bigint, nanos: number | bigint): string {
  if (!(nanos > -NANOS && nanos < NANOS)) throw new RangeError(`${nanos} nanoseconds`);
  const total = BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
  return total < 0n ? `"-${seconds9(-total)}"` : `"${seconds9(total)}"`;
}

/** JSON has no words for some floats. */
export function floatText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : `"${value}"`;
}

/** The text of a decimal that fits.
 *  @throws RangeError where it is no plain decimal, or has too many digits */
export function checkedDecimal(text: string, precision: number, scale: number): string {
  const match = /^-?(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new RangeError(`'${text}' is no decimal`);
  const whole = (match[1] ?? '').replace(/^0+/, '').length;
  const fraction = (match[2] ?? '').length;
  if (whole > precision - scale || fraction > scale) {
    throw new RangeError(`${text} does not fit into decimal(${precision},${scale})`);
  }
  return text;
}
