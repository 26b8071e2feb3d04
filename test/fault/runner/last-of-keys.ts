import { systemClock } from '../../../shared/clock.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { keyAt, offsetAt, valueAt } from '../../../shared/records.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import type { LastOfKey } from './check-keyed.ts';

/** The last record of each key of a topic, by key, as Kafka has it now. */
export async function lastOfKeys(
  bootstrapServers: string,
  topic: string,
  partitions: number,
): Promise<Map<string, LastOfKey>> {
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'checker', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  const reader = driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: 4_000_000 });
  const last = new Map<string, LastOfKey>();
  try {
    for (let partition = 0; partition < partitions; partition++) {
      for (const { block, from, to } of await reader.read(topic, partition, 0, Number.MAX_SAFE_INTEGER)) {
        for (let i = from; i < to; i++) {
          const value = valueAt(block, i);
          // A copy: a view would keep the whole answer.
          last.set(String(keyAt(block, i)), {
            topic,
            partition,
            offset: offsetAt(block, i),
            value: value === null ? null : Buffer.from(value),
          });
        }
      }
    }
    return last;
  } finally {
    await reader.close();
  }
}
