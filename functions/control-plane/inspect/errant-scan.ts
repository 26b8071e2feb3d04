/** Whether one record of a connector went to its error topics. */
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import { splitNote } from '../../../shared/failure-note.ts';
import type { KafkaAdmin } from '../../../shared/kafka/driver.ts';
import { partitionOfKey } from '../../../shared/kafka/producer.ts';
import { offsetAt, partitionName, type TopicPartition } from '../../../shared/records.ts';
import { LogScan, type LogScanDeps } from './log-scan.ts';

/** Why a record was refused, and where it lies now. */
export interface FoundErrant extends TopicPartition {
  readonly offset: number;
  readonly code: string;
  readonly message: string;
}

/** The record that is looked for. */
export interface SoughtRecord extends TopicPartition {
  readonly offset: number;
  readonly key: Buffer | null;
}

/** By partition name: where what goes to the error topics from now on will lie. A topic that comes later is not in it.
 *  @param since epoch ms: from that time on
 *  @throws RetriableError when the cluster cannot be reached, FatalError when it refuses */
export async function errorTopicEnds(
  admin: Pick<KafkaAdmin, 'describeTopics' | 'listOffsets'>,
  config: ConnectorConfig,
  since?: number,
): Promise<ReadonlyMap<string, number>> {
  const found = await admin.describeTopics(errorTopics(config));
  const ends = found.map(async ({ name }) => {
    const offsets = await admin.listOffsets(name, since ?? 'latest');
    return [...offsets].map(([partition, offset]) => [partitionName({ topic: name, partition }), offset] as const);
  });
  return new Map((await Promise.all(ends)).flat());
}

/** A scan of the error topics for `sought`, from `starts` on; a partition that is not among them from its first offset on.
 *  @throws as `errorTopicEnds` does */
export async function errantScan(
  config: ConnectorConfig,
  sought: SoughtRecord,
  starts: ReadonlyMap<string, number>,
  deps: LogScanDeps & { readonly admin: Pick<KafkaAdmin, 'describeTopics'> },
): Promise<LogScan<FoundErrant>> {
  const found = await deps.admin.describeTopics(errorTopics(config));
  const partitions = found.flatMap(({ name, partitions: all }) => {
    // The error topics' writer leaves the choice to the key, as any producer does.
    const one = sought.key === null ? undefined : all[partitionOfKey(sought.key, all.length)];
    return (one === undefined ? all : [one]).map((partition) => ({ topic: name, partition }));
  });
  const from = partitions.map((tp) => ({ ...tp, offset: starts.get(partitionName(tp)) ?? 0 }));
  return new LogScan(
    from,
    (block, index) => {
      const note = splitNote(block.headersOf(index))?.note;
      if (note?.connector !== config.name || note.offset !== sought.offset) return undefined;
      if (note.topic !== sought.topic || note.partition !== sought.partition) return undefined;
      const { topic, partition } = block;
      return { topic, partition, offset: offsetAt(block, index), code: note.code, message: note.message };
    },
    deps,
  );
}

function errorTopics(config: ConnectorConfig): string[] {
  return [...new Set([config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']])];
}
