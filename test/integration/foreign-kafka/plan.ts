/** What the foreign producers are asked to write, and how it must look when it is read. */
import type { SinkRecord, TimestampType } from '../../../shared/records.ts';

/** Bytes as base64, null as null. */
type Base64 = string | null;

/** A record as the plan's JSON has it. */
export interface PlannedRecord {
  readonly partition: number;
  readonly key: Base64;
  readonly value: Base64;
  readonly headers: readonly (readonly [name: string, value: Base64])[];
  readonly timestamp: number;
}

/** Records that one producer sends, in one transaction if it says how that ends. */
export interface PlannedSend {
  readonly topic: string;
  readonly codec: Codec;
  readonly transaction?: 'commit' | 'abort';
  readonly records: readonly PlannedRecord[];
}

/** By their number in a batch's attributes. */
export const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;
export type Codec = (typeof CODECS)[number];

/** A record as somebody read it. */
export interface SeenRecord extends PlannedRecord {
  readonly offset: number;
  readonly timestampType: TimestampType;
}

const START = 1_600_000_000_000;
const TEN_SECONDS = 10_000;

const base64 = (bytes: Buffer | null): Base64 => bytes?.toString('base64') ?? null;

/** A megabyte of text that compresses as text does. */
function megabyte(): Buffer {
  const line = (i: number) => `{"order":${i},"customer":"顾客 ${(i * 7_919) % 10_007}","amount":${(i * 31) % 997}.5}\n`;
  return Buffer.from(Array.from({ length: 20_000 }, (_, i) => line(i)).join('')).subarray(0, 1_000_000);
}

const KEYS: readonly (Buffer | null)[] = [
  null,
  Buffer.alloc(0),
  Buffer.from('plain'),
  Buffer.from('订单-键 🀄'),
  Buffer.from([0xff, 0xfe, 0x00, 0x80]),
  Buffer.alloc(10_000, 'long key '),
];

const VALUES: readonly (Buffer | null)[] = [
  Buffer.from('{"plain":true}'),
  null,
  Buffer.alloc(0),
  Buffer.from('值：“加急”\n\t\u0001\\ 🀄'),
  Buffer.from([0xc3, 0x28, 0x00, 0xff]),
];

const HEADERS: readonly (readonly (readonly [string, Buffer | null])[])[] = [
  [],
  [['trace', Buffer.from('abc')]],
  [
    ['repeated', Buffer.from('first')],
    ['other', Buffer.from('between')],
    ['repeated', Buffer.from('second')],
    ['repeated', null],
  ],
  [
    ['binary', Buffer.from([0, 0xff, 0x80])],
    ['empty', Buffer.alloc(0)],
    ['null', null],
    ['头', Buffer.from('名')],
  ],
];

function planned(
  partition: number,
  key: Buffer | null,
  value: Buffer | null,
  timestamp: number,
  headers: (typeof HEADERS)[number] = [],
): PlannedRecord {
  const encoded = headers.map(([name, bytes]) => [name, base64(bytes)] as const);
  return { partition, key: base64(key), value: base64(value), headers: encoded, timestamp };
}

/** Every key with every value and every list of headers, a megabyte among them, over two partitions. */
export function recordsOfEveryKind(): PlannedRecord[] {
  const records = KEYS.flatMap((key) => VALUES.flatMap((value) => HEADERS.map((headers) => ({ key, value, headers }))));
  records.splice(50, 0, { key: Buffer.from('big'), value: megabyte(), headers: HEADERS[3] ?? [] });
  // Out of order, since nothing promises that the times of a producer ascend.
  return records.map(({ key, value, headers }, i) =>
    planned(i % 2, key, value, START + (i % 10) * TEN_SECONDS + i, headers),
  );
}

/** Records with these values, keyed by them unless `keys` says otherwise, at times that ascend from send to send. */
export function textRecords(send: number, values: readonly (string | null)[], keys = values): PlannedRecord[] {
  const bytes = (text: string | null | undefined) => (text == null ? null : Buffer.from(text));
  return values.map((value, i) => planned(0, bytes(keys[i]), bytes(value), START + send * TEN_SECONDS));
}

/** How a record that a driver delivered looks. */
export function seenByDriver(record: SinkRecord): SeenRecord {
  const { partition, offset, timestamp, timestampType, key, value, headers } = record;
  const encoded = headers.map((header) => [header.key, base64(header.value)] as const);
  return { partition, offset, timestamp, timestampType, key: base64(key), value: base64(value), headers: encoded };
}

/** A text of an envelope or an object, which is base64 itself where the field beside it says so. */
function contentOf(text: unknown, encoding: unknown): Base64 {
  if (typeof text !== 'string') return null;
  return encoding === 'base64' ? text : Buffer.from(text).toString('base64');
}

/** How an element of an envelope or a line of a `jsonl` object looks. Objects do not say the timestamp type: `otherwise` then. */
export function seenAsElement(element: object, otherwise: TimestampType): SeenRecord {
  const fields = element as Readonly<Record<string, unknown>>;
  const headers = fields['headers'] as { key: string; value?: string; valueEncoding?: string }[];
  return {
    partition: Number(fields['partition']),
    offset: Number(fields['offset']),
    timestamp: Number(fields['timestamp']),
    timestampType: (fields['timestampType'] as TimestampType | undefined) ?? otherwise,
    key: contentOf(fields['key'], fields['keyEncoding']),
    value: contentOf(fields['value'], fields['valueEncoding']),
    headers: headers.map(({ key, value, valueEncoding }) => [key, contentOf(value, valueEncoding)]),
  };
}

/** By partition, then offset. */
export function inOrder(records: readonly SeenRecord[]): SeenRecord[] {
  return [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}
