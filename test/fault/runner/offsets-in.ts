import { systemClock } from '../../../shared/clock.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { offsetAt } from '../../../shared/records.ts';

/** Offsets of the records that a partition holds, from `from` (inclusive) on. */
export async function offsetsIn(
  bootstrapServers: string,
  topic: string,
  partition: number,
  from: number,
): Promise<Set<number>> {
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'fault-suite' };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  const reader = driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: 1_000_000 });
  try {
    const segments = await reader.read(topic, partition, from, Number.MAX_SAFE_INTEGER);
    const offsets = segments.flatMap(({ block, from: first, to }) =>
      Array.from({ length: to - first }, (_, i) => offsetAt(block, first + i)),
    );
    return new Set(offsets);
  } finally {
    await reader.close();
  }
}
