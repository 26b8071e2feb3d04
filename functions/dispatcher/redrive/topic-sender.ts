/** Sends records back to the topics that they came from. */
import type { Clock } from '../../../shared/clock.ts';
import type { KafkaAdmin, KafkaProducer } from '../../../shared/kafka/driver.ts';
import { writeConfirmed } from './confirmed-writes.ts';
import { partitionFor, partitionsByTopic } from './destinations.ts';
import { type ErrantEntry, redrivenRecord } from './error-entry.ts';
import type { Produced, RedriveSender, RedriveStep, SenderTarget, SettledStep } from './redrive-step.ts';

export interface TopicSenderDeps {
  readonly admin: KafkaAdmin;
  readonly producer: KafkaProducer;
  readonly clock: Clock;
}

export class TopicSender implements RedriveSender {
  readonly most = 100;

  constructor(private readonly deps: TopicSenderDeps) {}

  async targets(entries: readonly ErrantEntry[]): Promise<SenderTarget[]> {
    const topics = await partitionsByTopic(
      this.deps.admin,
      entries.map(({ note }) => note.topic),
    );
    return entries.map((entry) => {
      const { topic } = entry.note;
      const partitions = topics.get(topic) ?? [];
      if (partitions.length > 0) return { destinations: [{ topic, partition: partitionFor(entry, partitions) }] };
      const message = `its topic ${topic} is not at this cluster any more; create it, or send the record with --to sink`;
      return { failure: { code: 'TOPIC_MISSING', message } };
    });
  }

  async send(steps: readonly RedriveStep[]): Promise<SettledStep[]> {
    const now = this.deps.clock.now();
    const writes = steps.flatMap(({ entry, destinations: [to] }): Produced[] =>
      to === undefined ? [] : [{ entry, to, record: redrivenRecord(entry, now) }],
    );
    const failures = await writeConfirmed(this.deps.producer, writes);
    return writes.map(({ entry }) => {
      const failure = failures.get(entry);
      return failure === undefined ? { entry, outcome: 'sent' } : { entry, outcome: 'failed', failure };
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
