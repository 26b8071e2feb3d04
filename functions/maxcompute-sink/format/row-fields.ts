/** What takes the fields of a row: an encoder, or whoever wants some of the values only. Columns are named by their place in the table. */
import type { RowEncoder } from '../tunnel/row-encoder.ts';

export type RowFields = Pick<RowEncoder, 'integer' | 'bytes' | 'text' | 'value'>;
