import { setTimeout as sleep } from 'node:timers/promises';
import type { CompressionTypes, Kafka, Message, Producer, ProducerRecord } from 'kafkajs';
import { contentOf } from './content.ts';
import type { Ledger, SentRecord } from './ledger.ts';
import type { Random } from './random.ts';
import type { TopicSpec } from './topology.ts';

/** What all load is made of. */
export interface LoadOptions {
  readonly client: Kafka;
  readonly topics: readonly TopicSpec[];
  readonly ledger: Ledger;
  readonly random: Random;
}

/** A new partition is known after so long. */
export const METADATA_MAX_AGE_MS = 1_000;
/** kafkajs sends nothing, and says nothing, for a partition that it does not know yet. */
const ATTEMPTS = 20;
const RETRY_AFTER_MS = 250;

/** What a request needs; kafkajs has it answer where the first record is. */
function messageOf({ n, kind, partition }: SentRecord, epoch: number): Message {
  const { key, value, timestamp } = contentOf(n, epoch, kind, partition);
  return { key, value, partition, timestamp: String(timestamp) };
}

/** Sends records of one partition (kafkajs confirms too much otherwise, its issue 1303) and books the answer.
 *  @throws Error of kafkajs when nothing was confirmed */
export async function sendBooked(
  producer: Pick<Producer, 'send'>,
  records: readonly SentRecord[],
  ledger: Ledger,
  compression: CompressionTypes,
): Promise<void> {
  const topic = records[0]?.topic ?? '';
  const request: ProducerRecord = {
    topic,
    acks: -1,
    compression,
    messages: records.map((record) => messageOf(record, ledger.epoch)),
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const [answer] = await producer.send(request);
    if (answer?.baseOffset !== undefined) return ledger.acked(records, Number(answer.baseOffset));
    await sleep(RETRY_AFTER_MS);
  }
  throw new Error(`${topic}-${records[0]?.partition} is not known to kafkajs: nothing was sent`);
}
