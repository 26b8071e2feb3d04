/** Looks through error topics: the newest records, or how many there are of what. Keeps excerpts, never records. */
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import type { ErrorEntry } from './error-entry.ts';
import { type LogRange, pagesOf, selectedRanges } from './error-log.ts';
import { isSelected, type Selection } from './selection.ts';

const KEY_EXCERPT_BYTES = 64;
/** Offsets that are looked at first, from the end; twice as many each time until there are enough. */
const FIRST_WINDOW = 500;
/** Kinds that a summary tells apart; codes of functions may be anything. */
const MOST_KINDS = 1_000;

/** A record of an error topic in short. */
export interface ErrorRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch ms: when it went to the error topic. */
  readonly timestamp: number;
  /** Absent: not written by a connector. */
  readonly failure?: {
    readonly connector: string;
    readonly code: string;
    readonly errorClass: string;
    readonly message: string;
    readonly source: { readonly topic: string; readonly partition: number; readonly offset: number };
    readonly attempts: number;
  };
  /** The first bytes of the key, or null. */
  readonly keyHead: Buffer | null;
  readonly keySize: number | null;
  readonly valueSize: number | null;
}

/** Records of one kind. */
export interface ErrorKind {
  readonly errorTopic: string;
  /** All four absent: not written by a connector, or one kind too many. */
  readonly connector?: string;
  readonly code?: string;
  readonly errorClass?: string;
  readonly sourceTopic?: string;
  readonly records: number;
  /** Epoch ms: when they went to the error topic. */
  readonly first: number;
  readonly last: number;
}

/** The newest `limit` records that are selected, the newest first, over all `topics`.
 *  @throws as `selectedRanges` does; RetriableError when the cluster cannot be reached */
export async function newestErrors(
  admin: KafkaAdmin,
  reader: KafkaReader,
  topics: readonly string[],
  selection: Selection,
  limit: number,
): Promise<ErrorRow[]> {
  let rows: ErrorRow[] = [];
  for (const topic of topics) {
    for (const range of await selectedRanges(admin, topic, selection)) {
      rows.push(...(await newestOf(reader, range, selection, limit)));
      rows = rows.sort((a, b) => b.timestamp - a.timestamp || b.offset - a.offset).slice(0, limit);
    }
  }
  return rows;
}

/** Backwards by windows of offsets, each read forwards. */
async function newestOf(
  reader: KafkaReader,
  range: LogRange,
  selection: Selection,
  limit: number,
): Promise<ErrorRow[]> {
  const rows: ErrorRow[] = [];
  let to = range.to;
  for (let window = FIRST_WINDOW; to > range.from && rows.length < limit; window *= 2) {
    const from = Math.max(range.from, to - window);
    let found: ErrorRow[] = [];
    for await (const { entries } of pagesOf(reader, { ...range, from, to })) {
      found.push(...entries.filter((entry) => isSelected(entry, selection)).map(rowOf));
      found = found.slice(-limit);
    }
    rows.push(...found.reverse().slice(0, limit - rows.length));
    to = from;
  }
  return rows;
}

/** How many selected records there are of each kind, the most frequent first. Reads all of them, page by page.
 *  @throws as `newestErrors` does */
export async function summariseErrors(
  admin: KafkaAdmin,
  reader: KafkaReader,
  topics: readonly string[],
  selection: Selection,
): Promise<ErrorKind[]> {
  const kinds = new Map<string, ErrorKind>();
  for (const topic of topics) {
    for (const range of await selectedRanges(admin, topic, selection)) {
      for await (const { entries } of pagesOf(reader, range)) {
        for (const entry of entries) if (isSelected(entry, selection)) count(kinds, entry);
      }
    }
  }
  return [...kinds.values()].sort((a, b) => b.records - a.records);
}

function count(kinds: Map<string, ErrorKind>, { record, note }: ErrorEntry): void {
  const errorTopic = record.topic;
  const named =
    note === undefined
      ? {}
      : { connector: note.connector, code: note.code, errorClass: note.errorClass, sourceTopic: note.topic };
  const name = JSON.stringify([errorTopic, named]);
  const known = kinds.has(name) || kinds.size < MOST_KINDS;
  const kind = known ? { errorTopic, ...named } : { errorTopic };
  const key = known ? name : JSON.stringify([errorTopic, {}]);
  const { timestamp } = record;
  const before = kinds.get(key) ?? { records: 0, first: timestamp, last: timestamp };
  kinds.set(key, {
    ...kind,
    records: before.records + 1,
    first: Math.min(before.first, timestamp),
    last: Math.max(before.last, timestamp),
  });
}

function rowOf(entry: ErrorEntry): ErrorRow {
  const { topic, partition, offset, timestamp, key, value } = entry.record;
  const { note } = entry;
  return {
    topic,
    partition,
    offset,
    timestamp,
    // A copy: the view would keep the whole page.
    keyHead: key === null ? null : Buffer.from(key.subarray(0, KEY_EXCERPT_BYTES)),
    keySize: key?.length ?? null,
    valueSize: value?.length ?? null,
    ...(note === undefined
      ? {}
      : {
          failure: {
            connector: note.connector,
            code: note.code,
            errorClass: note.errorClass,
            message: note.message,
            source: { topic: note.topic, partition: note.partition, offset: note.offset },
            attempts: entry.attempts,
          },
        }),
  };
}
