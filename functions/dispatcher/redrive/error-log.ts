/** An error topic as a log that is read page by page: never more than one fetch of it is in memory. */
import { ConfigError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../shared/kafka/driver.ts';
import { recordAt, type TopicPartition } from '../../../shared/records.ts';
import { type ErrorEntry, entryOf } from './error-entry.ts';
import { onlyPartition, type Selection } from './selection.ts';

/** Offsets `from` (inclusive) to `to` (exclusive). */
export interface LogRange extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

export interface EntryPage {
  readonly entries: readonly ErrorEntry[];
  /** Where to read on; at most the range's end. */
  readonly next: number;
}

/** Clocks of the machines that write to an error topic differ: so much later than `until` an earlier time is still looked for. */
const CLOCK_SLACK_MS = 5 * 60_000;

/** What the partitions of `topic` hold now of the selection, found by asking the broker for offsets and not by reading; ascending, empty
 *  ranges included.
 *  @throws ConfigError when the selection names an offset that is not there; FatalError `TOPIC_MISSING` and refusals */
export async function selectedRanges(admin: KafkaAdmin, topic: string, selection: Selection): Promise<LogRange[]> {
  const { since, until, from, upTo, places } = selection;
  const offsets = (at: 'earliest' | 'latest' | number) => admin.listOffsets(topic, at, 'read_committed');
  const [earliest, latest, first, last] = await Promise.all([
    offsets('earliest'),
    offsets('latest'),
    since === undefined ? undefined : offsets(since),
    until === undefined ? undefined : offsets(until + CLOCK_SLACK_MS),
  ]);
  const named = [...places, ...[from, upTo].filter((place) => place !== undefined)];
  const missing = named.filter(({ partition }) => !latest.has(partition));
  const gone = places.filter(
    (p) => p.offset < (earliest.get(p.partition) ?? 0) || p.offset >= (latest.get(p.partition) ?? 0),
  );
  const [nowhere] = [...missing, ...gone];
  if (nowhere !== undefined) throw notThere(topic, nowhere.partition, nowhere.offset, earliest, latest);

  const only = onlyPartition(selection);
  const partitions = [...latest.keys()].sort((a, b) => a - b);
  return partitions
    .filter((partition) => only === undefined || partition === only)
    .filter((partition) => places.length === 0 || places.some((place) => place.partition === partition))
    .map((partition) => {
      const here = places.filter((place) => place.partition === partition).map(({ offset }) => offset);
      const start = Math.max(earliest.get(partition) ?? 0, first?.get(partition) ?? 0, from?.offset ?? 0);
      const end = Math.min(
        latest.get(partition) ?? 0,
        last?.get(partition) ?? Number.MAX_SAFE_INTEGER,
        (upTo?.offset ?? Number.MAX_SAFE_INTEGER - 1) + 1,
      );
      if (here.length === 0) return { topic, partition, from: start, to: Math.max(start, end) };
      return { topic, partition, from: Math.min(...here), to: Math.max(...here) + 1 };
    });
}

function notThere(
  topic: string,
  partition: number,
  offset: number,
  earliest: ReadonlyMap<number, number>,
  latest: ReadonlyMap<number, number>,
): ConfigError {
  const end = latest.get(partition);
  const holds =
    end === undefined
      ? `its partitions are ${[...latest.keys()].join(', ')}`
      : `that partition holds ${earliest.get(partition) ?? 0} to ${end} (the last is where the next record goes)`;
  return new ConfigError([{ key: `${partition}:${offset}`, message: `is not in ${topic}: ${holds}` }], 'errors');
}

/** The next page of a range that is not empty.
 *  @throws RetriableError when the cluster cannot be reached, FatalError when it refuses */
export async function readPage(reader: KafkaReader, { topic, partition, from, to }: LogRange): Promise<EntryPage> {
  const { blocks, nextOffset } = await reader.page(topic, partition, from);
  const entries: ErrorEntry[] = [];
  for (const block of blocks) {
    for (let index = 0; index < block.count; index++) {
      const record = recordAt(block, index);
      if (record.offset < to) entries.push(entryOf(record));
    }
  }
  return { entries, next: Math.min(to, nextOffset) };
}

/** Every page of a range, oldest first. */
export async function* pagesOf(reader: KafkaReader, range: LogRange): AsyncGenerator<EntryPage> {
  for (let from = range.from; from < range.to; ) {
    const page = await readPage(reader, { ...range, from });
    yield page;
    from = page.next;
  }
}
