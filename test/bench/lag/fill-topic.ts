/** Fills a topic with plain kafkajs, so that nothing of ours vouches for itself. */
import { CompressionTypes, Kafka, logLevel } from 'kafkajs';

export interface TopicToFill {
  readonly name: string;
  readonly partitions: number;
  readonly records: number;
  readonly recordBytes: number;
}

const RECORDS_A_REQUEST = 500;
const REQUESTS_AT_ONCE = 4;

/** Resolves when every record is confirmed. Values are JSON, different for each record; partitions get the same number. */
export async function fillTopic(
  bootstrapServers: string,
  { name, partitions, records, recordBytes }: TopicToFill,
  codec: 'none' | 'gzip',
): Promise<void> {
  const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.createTopics({ topics: [{ topic: name, numPartitions: partitions }] });
  await admin.disconnect();
  const producer = kafka.producer();
  await producer.connect();
  const compression = codec === 'gzip' ? CompressionTypes.GZIP : CompressionTypes.None;
  const padding = 'abcdefghij'.repeat(Math.ceil(recordBytes / 10));
  let next = 0;
  const send = async () => {
    while (next < records) {
      const from = next;
      next = Math.min(records, next + RECORDS_A_REQUEST);
      const partition = Math.floor(from / RECORDS_A_REQUEST) % partitions;
      const messages = Array.from({ length: next - from }, (_, i) => ({
        partition,
        value: `{"id":${from + i},"padding":"${padding}`.slice(0, recordBytes - 2).concat('"}'),
      }));
      await producer.send({ topic: name, messages, compression, acks: 1 });
    }
  };
  try {
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, send));
  } finally {
    await producer.disconnect();
  }
}
