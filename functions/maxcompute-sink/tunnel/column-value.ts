/** A value of a column, in the form that its type asks for. */

/** A point in time, or a length of it: `seconds` a whole number, `nanos` 0 to 999,999,999 counted forward from it, before 1970 too. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** Keys and their values, at the same places. Keys are not null. */
export interface MapValue {
  readonly keys: readonly ColumnValue[];
  readonly values: readonly ColumnValue[];
}

/** By kind of the column's type:
 *  - `tinyint`, `smallint`, `int`: a whole number; `bigint`: a safe integer, or a bigint above -2^63
 *  - `boolean`: a boolean; `float`, `double`: a number
 *  - `string`, `char`, `varchar`, `json`, `decimal`: text, or its UTF-8 bytes; a decimal as plain digits, without exponent
 *  - `binary`: bytes
 *  - `date`: days since 1970-01-01; `datetime`: epoch milliseconds; `interval_year_month`: months
 *  - `timestamp`, `timestamp_ntz`, `interval_day_time`: an instant
 *  - `array`: its elements; `struct`: its members in order; `map`: keys and values
 *  - any: null */
export type ColumnValue =
  | null
  | number
  | bigint
  | boolean
  | string
  | Uint8Array
  | Instant
  | MapValue
  | readonly ColumnValue[];
