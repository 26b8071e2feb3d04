/** Fills topics with plain kafkajs, so that nothing of ours vouches for itself. */
import { Kafka, logLevel } from 'kafkajs';
import { COMPRESSION, type Codec, registerCodecs } from './codecs.ts';
import { makeValues, type ValueShape } from './values.ts';

export interface TopicToFill extends ValueShape {
  readonly name: string;
  readonly partitions: number;
  readonly records: number;
  readonly codec: Codec;
}

/** One record batch of Kafka each. */
const RECORDS_A_REQUEST = 250;
const REQUESTS_AT_ONCE = 4;
const POOL = 4_000;

/** Creates `topics` and resolves when every record is confirmed; partitions of a topic get the same number, give or take a request. */
export async function fillTopics(bootstrapServers: string, topics: readonly TopicToFill[]): Promise<void> {
  registerCodecs();
  const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const created = topics.map(({ name, partitions }) => ({ topic: name, numPartitions: partitions }));
  await admin.createTopics({ topics: created, timeout: 60_000 });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  const pools = new Map<string, Buffer[]>();
  try {
    for (const { name, partitions, records, codec, bytes, text } of topics) {
      const pool = pools.get(`${bytes} ${text}`) ?? makeValues({ bytes, text }, POOL);
      pools.set(`${bytes} ${text}`, pool);
      let next = 0;
      const send = async () => {
        while (next < records) {
          const from = next;
          next = Math.min(records, next + RECORDS_A_REQUEST);
          const partition = Math.floor(from / RECORDS_A_REQUEST) % partitions;
          const messages = Array.from({ length: next - from }, (_, i) => ({
            partition,
            value: pool[(from + i) % POOL] ?? null,
          }));
          await producer.send({ topic: name, messages, compression: COMPRESSION[codec], acks: 1 });
        }
      };
      await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, send));
    }
  } finally {
    await producer.disconnect();
  }
}
