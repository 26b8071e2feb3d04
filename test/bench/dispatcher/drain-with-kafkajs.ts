/** A program: reads a topic to its end with plain kafkajs and does nothing with it. Arguments: BOOTSTRAP TOPIC RECORDS. */
import { Kafka, logLevel } from 'kafkajs';
import { measure } from './measured.ts';

const [bootstrapServers = '', topic = '', expected = '0'] = process.argv.slice(2);
const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `drain-${process.pid}`, maxBytesPerPartition: 4 * 1024 * 1024 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await measure(async () => {
  let seen = 0;
  await new Promise<void>((resolve) => {
    void consumer.run({
      eachBatch: async ({ batch }) => {
        seen += batch.messages.length;
        if (seen >= Number(expected)) resolve();
      },
    });
  });
  return seen;
});
await consumer.disconnect();
