/** A program for a test to kill: starts a broker, whose data goes to the folder of the first argument, prints its process id, waits for ever. */
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';

const kafka = await startKafka({ dir: process.argv[2] ?? '' });
console.log(kafka.brokers[0]?.pid);
setInterval(() => undefined, 60_000);
