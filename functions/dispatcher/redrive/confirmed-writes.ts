/** Writes records to partitions of their own, and says of each whether the broker has it. */
import { RecordError } from '../../../shared/errors.ts';
import type { KafkaProducer } from '../../../shared/kafka/driver.ts';
import { partitionName, type TopicPartition } from '../../../shared/records.ts';
import type { ErrantEntry } from './error-entry.ts';
import type { Produced, RedriveFailure } from './redrive-step.ts';

/** Failures by entry; entries that are not in it are written and confirmed. Records that share a partition keep their order. One request at
 *  a time goes to a partition: of several records in one request nobody could tell which one was refused.
 *  @throws RetriableError or FatalError when a partition could not be written; some may be there then */
export async function writeConfirmed(
  producer: KafkaProducer,
  writes: readonly Produced[],
): Promise<ReadonlyMap<ErrantEntry, RedriveFailure>> {
  const byPartition = new Map<string, { readonly to: TopicPartition; readonly writes: Produced[] }>();
  for (const write of writes) {
    const name = partitionName(write.to);
    const group = byPartition.get(name) ?? { to: write.to, writes: [] };
    group.writes.push(write);
    byPartition.set(name, group);
  }
  const failures = new Map<ErrantEntry, RedriveFailure>();
  const results = await Promise.allSettled(
    [...byPartition.values()].map((group) => writePartition(producer, group.to, group.writes, failures)),
  );
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return failures;
}

async function writePartition(
  producer: KafkaProducer,
  { topic, partition }: TopicPartition,
  writes: readonly Produced[],
  failures: Map<ErrantEntry, RedriveFailure>,
): Promise<void> {
  for (const { entry, record } of writes) {
    try {
      await producer.send(topic, partition, [record]);
    } catch (thrown) {
      if (!(thrown instanceof RecordError)) throw thrown;
      failures.set(entry, { code: thrown.code, message: thrown.message });
    }
  }
}
