/** A program: reads a topic to its end with plain kafkajs and does nothing with it. Arguments: BOOTSTRAP TOPIC RECORDS. */
import { Kafka, logLevel } from 'kafkajs';
import { measure, tell } from '../measured/measure.ts';
import { registerCodecs } from '../topics/codecs.ts';

const [bootstrapServers = '', topic = '', expected = '0'] = process.argv.slice(2);
registerCodecs();
const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `drain-${process.pid}` });
tell(
  await measure(async () => {
    let seen = 0;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          eachBatch: async ({ batch }) => {
            seen += batch.messages.length;
            if (seen >= Number(expected)) resolve();
          },
        })
        .catch(reject);
    });
    return seen;
  }),
);
await consumer.disconnect();
