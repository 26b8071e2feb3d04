import { systemClock } from '../../../shared/clock.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { offsetAt } from '../../../shared/records.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import type { Breach } from './check.ts';

/** What Kafka itself says of a record that is lost: a record that is not there either was never the workers' to lose. */
export async function whetherInKafka(
  bootstrapServers: string,
  { topic, partition, offset }: Pick<Breach, 'topic' | 'partition' | 'offset'>,
): Promise<string> {
  const connection = { bootstrapServers: bootstrapServers.split(','), clientId: 'checker', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  const reader = driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: 1_000_000 });
  try {
    const segments = await reader.read(topic, partition, offset, 1);
    const there = segments.some(({ block, from, to }) => from < to && offsetAt(block, from) === offset);
    return there ? 'Kafka has it' : 'Kafka has it not either';
  } catch (thrown) {
    return `whether Kafka has it is not known: ${String(thrown)}`;
  } finally {
    await reader.close();
  }
}
