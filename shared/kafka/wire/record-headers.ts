/** A record's header list, decoded only when somebody asks. */
import type { RecordHeader } from '../../records.ts';
import { VarintReader } from './varint.ts';

const NONE: readonly RecordHeader[] = [];

/** Moves `reader` past a list of `count` headers.
 *  @returns whether they are there, and end at `end` or before */
export function skipHeaders(reader: VarintReader, count: number, end: number): boolean {
  for (let i = 0; i < count; i++) {
    const keyLength = reader.int();
    reader.at += keyLength;
    if (keyLength < 0 || reader.at > end) return false;
    const valueLength = reader.int();
    reader.at += Math.max(valueLength, 0);
    if (valueLength < -1 || reader.at > end) return false;
  }
  return true;
}

/** Decodes the list that `skipHeaders` found, which begins at `at` (its count first): order, repeats, null and empty values kept; values are views. */
export function headersAt(bytes: Buffer, at: number): readonly RecordHeader[] {
  if (at < 0) return NONE;
  const reader = new VarintReader(bytes, at);
  const count = reader.int();
  const headers: RecordHeader[] = [];
  for (let i = 0; i < count; i++) {
    const keyLength = reader.int();
    const key = bytes.toString('utf8', reader.at, reader.at + keyLength);
    reader.at += keyLength;
    const valueLength = reader.int();
    const value = valueLength < 0 ? null : bytes.subarray(reader.at, reader.at + valueLength);
    reader.at += Math.max(valueLength, 0);
    headers.push({ key, value });
  }
  return headers;
}
