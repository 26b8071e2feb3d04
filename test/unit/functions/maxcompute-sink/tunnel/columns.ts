import { parseColumnType } from '../../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import type { Column } from '../../../../../functions/maxcompute-sink/tunnel/table-schema.ts';

/** Columns a, b, c … of these types. */
export function columnsOf(...types: readonly string[]): Column[] {
  return types.map((type, index) => ({
    name: String.fromCharCode('a'.charCodeAt(0) + index),
    type: parseColumnType(type),
    nullable: true,
  }));
}

/** Bytes of hexadecimal digits; blanks are for the reader. */
export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/\s/g, ''), 'hex');
}
