/** A program: reads a topic to its end with plain kafkajs and indexes it with the client's own bulk helper, in the plain way that its
 *  documentation shows. Arguments: BOOTSTRAP TOPIC RECORDS URL INDEX. */
import { Client } from '@elastic/elasticsearch';
import { Kafka, logLevel } from 'kafkajs';
import { measure, tell } from '../measured/measure.ts';

const [bootstrapServers = '', topic = '', expected = '0', url = '', index = ''] = process.argv.slice(2);
/** As many as the topic has: batches of different partitions are indexed side by side, as Spillway does it. */
const PARTITIONS = 6;
const kafka = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `bulk-${process.pid}` });
const client = new Client({ node: url });
tell(
  await measure(async () => {
    let seen = 0;
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer
        .run({
          partitionsConsumedConcurrently: PARTITIONS,
          eachBatch: async ({ batch: { messages, partition } }) => {
            await client.helpers.bulk({
              datasource: messages,
              onDrop: ({ error }) => reject(new Error(`a document was refused: ${JSON.stringify(error)}`)),
              onDocument: ({ offset, value }) => [
                { index: { _index: index, _id: `${topic}+${partition}+${offset}` } },
                String(value),
              ],
            });
            seen += messages.length;
            if (seen >= Number(expected)) resolve();
          },
        })
        .catch(reject);
    });
    return seen;
  }),
);
await consumer.disconnect();
await client.close();
