import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';

/** The Kafka of this test run: the one of `SPILLWAY_BOOTSTRAP_SERVERS`, else one real broker that all test files share. Create topics and
 *  groups under `uniqueName`s. A test that kills brokers starts its own with `startKafka`.
 *  @throws Error with the reason when no Kafka could be started */
export async function kafkaForTests(): Promise<{ bootstrapServers: string }> {
  const kafka = inject('kafka');
  if ('unavailable' in kafka) throw new Error(kafka.unavailable);
  return kafka;
}

/** A name for a topic, group or connector that no other test uses: `orders-1f0c9a7e`. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`;
}
