/** Keeps the values of a row that is never sent, for whoever needs to know its key. */
import type { ColumnValue } from '../tunnel/column-value.ts';
import type { RowFields } from './row-fields.ts';

export class KeyValues implements RowFields {
  readonly #values = new Map<number, ColumnValue>();

  clear(): void {
    this.#values.clear();
  }

  /** Null where nothing was written to the column. */
  at(column: number): ColumnValue {
    return this.#values.get(column) ?? null;
  }

  integer(column: number, value: number | bigint): void {
    this.#values.set(column, value);
  }

  /** Points into `source`. */
  bytes(column: number, source: Uint8Array, start = 0, end = source.length): void {
    this.#values.set(column, source.subarray(start, end));
  }

  text(column: number, value: string): void {
    this.#values.set(column, value);
  }

  value(column: number, value: ColumnValue): void {
    this.#values.set(column, value);
  }
}
