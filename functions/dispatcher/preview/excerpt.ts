/** Which records a preview looks at, and the reading of them. */
import { ConfigError, FatalError } from '../../../shared/errors.ts';
import type { ConsumerOptions, KafkaAdmin, KafkaReader, StartOffset } from '../../../shared/kafka/driver.ts';
import {
  type BatchSegment,
  BOUNDS_STRIDE,
  partitionName,
  type RecordBlock,
  type TopicPartition,
} from '../../../shared/records.ts';
import { sourceTopics } from '../resources.ts';

/** Where reading begins: `latest` are the last records there are, a number is epoch ms. */
export type PreviewStart = StartOffset | { readonly offset: number };

export interface ExcerptWanted {
  readonly topics: ConsumerOptions['topics'];
  readonly isolationLevel: ConsumerOptions['isolationLevel'];
  /** Only this one; else one after the other, until there are enough. */
  readonly partition: TopicPartition | undefined;
  readonly start: PreviewStart;
  /** Records over all partitions. */
  readonly count: number;
}

/** Records of one partition, in offset order; never empty. */
export interface Excerpt extends TopicPartition {
  readonly blocks: readonly RecordBlock[];
}

/** Reads the wanted records. Changes nothing at the cluster.
 *  @throws ConfigError under `--partition` or `--from`; FatalError `TOPIC_MISSING` and refusals; RetriableError when it cannot be reached */
export async function readExcerpts(admin: KafkaAdmin, reader: KafkaReader, wanted: ExcerptWanted): Promise<Excerpt[]> {
  const excerpts: Excerpt[] = [];
  let left = wanted.count;
  for (const tp of await partitionsOf(admin, wanted)) {
    if (left === 0) break;
    const segments = await readPartition(admin, reader, tp, left, wanted);
    if (segments.length === 0) continue;
    excerpts.push({ ...tp, blocks: segments.map(blockOf) });
    left -= countOf(segments);
  }
  return excerpts;
}

async function partitionsOf(admin: KafkaAdmin, wanted: ExcerptWanted): Promise<TopicPartition[]> {
  const topics = await sourceTopics(admin, wanted.topics);
  const found = await admin.describeTopics(topics);
  const missing = topics.filter((topic) => !found.some(({ name }) => name === topic));
  if (missing.length > 0 || topics.length === 0) {
    const what = missing.length > 0 ? `no such topic at this cluster: ${missing.join(', ')}` : 'no topic matches';
    throw new FatalError('TOPIC_MISSING', `${what}; check topics and bootstrap.servers`);
  }
  const all = found.flatMap(({ name, partitions }) => partitions.map((partition) => ({ topic: name, partition })));
  if (wanted.partition === undefined) {
    if (typeof wanted.start === 'object' && all.length > 1) {
      refuse('--from', `an offset is one partition's: name it with --partition, for example ${nameOfFirst(all)}`);
    }
    return all;
  }
  const name = partitionName(wanted.partition);
  const chosen = all.filter((tp) => partitionName(tp) === name);
  if (chosen.length === 0) {
    refuse(
      '--partition',
      `the connector does not read ${name}; it reads ${nameOfFirst(all)} and ${all.length - 1} more`,
    );
  }
  return chosen;
}

function nameOfFirst(all: readonly TopicPartition[]): string {
  return all.slice(0, 1).map(partitionName).join();
}

function refuse(key: string, message: string): never {
  throw new ConfigError([{ key, message }], 'preview');
}

async function readPartition(
  admin: KafkaAdmin,
  reader: KafkaReader,
  { topic, partition }: TopicPartition,
  count: number,
  { start, isolationLevel }: ExcerptWanted,
): Promise<BatchSegment[]> {
  const offsetAt = async (at: StartOffset) => (await admin.listOffsets(topic, at, isolationLevel)).get(partition) ?? 0;
  const [earliest, end] = await Promise.all([offsetAt('earliest'), offsetAt('latest')]);
  if (start === 'latest') return await readLast(reader, { topic, partition }, earliest, end, count);
  const from = typeof start === 'object' ? start.offset : start === 'earliest' ? earliest : await offsetAt(start);
  if (from < earliest || from > end) {
    const name = partitionName({ topic, partition });
    refuse(
      '--from',
      `${name} has no offset ${from}: it holds ${earliest} to ${end} (the last is where the next record goes)`,
    );
  }
  return from === end ? [] : await reader.read(topic, partition, from, count);
}

/** The last `count` records. Offsets of control, aborted and compacted records are passed over, so it may have to look further back. */
async function readLast(
  reader: KafkaReader,
  { topic, partition }: TopicPartition,
  earliest: number,
  end: number,
  count: number,
): Promise<BatchSegment[]> {
  for (let back = count; earliest < end; back *= 2) {
    const from = Math.max(earliest, end - back);
    const segments = await reader.read(topic, partition, from, end - from);
    const surplus = countOf(segments) - count;
    if (surplus >= 0 || from === earliest) return withoutFirst(segments, Math.max(0, surplus));
  }
  return [];
}

function countOf(segments: readonly BatchSegment[]): number {
  return segments.reduce((sum, { from, to }) => sum + to - from, 0);
}

function withoutFirst(segments: readonly BatchSegment[], skip: number): BatchSegment[] {
  let left = skip;
  return segments.flatMap(({ block, from, to }) => {
    const start = Math.min(to, from + left);
    left -= start - from;
    return start < to ? [{ block, from: start, to }] : [];
  });
}

/** The records of a segment as a block of their own. Shares everything, copies nothing. */
function blockOf({ block, from, to }: BatchSegment): RecordBlock {
  return {
    ...block,
    count: to - from,
    offsets: block.offsets.subarray(from, to),
    timestamps: block.timestamps.subarray(from, to),
    bounds: block.bounds.subarray(from * BOUNDS_STRIDE, to * BOUNDS_STRIDE),
    headersOf: (index) => block.headersOf(from + index),
  };
}
