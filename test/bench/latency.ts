/** End-to-end latency of a slow topic: from the making of a record to the call of a sink that does nothing. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Kafka, logLevel } from 'kafkajs';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import type { CarryPlan } from './measured/bench-worker.ts';
import { buildMeasured, runProgram } from './measured/run-program.ts';
import type { Arrivals } from './programs/arrive.ts';
import { machine } from './report/machine.ts';
import { markdownTable } from './report/markdown-table.ts';
import { percentile } from './report/statistics.ts';
import { fillTopics } from './topics/fill-topics.ts';
import { makeValues } from './topics/values.ts';

const TOPIC = 'latency';
const PARTITIONS = 6;
const VALUE = { bytes: 200, text: 'ascii' } as const;
const WARM_MS = 5_000;
/** What the rest may take beyond `linger.ms`. */
const ALLOWED_BEYOND_LINGER_MS = 50;

const USAGE = `npm run bench -- latency [--seconds N] [--linger MS,MS,...] [--per-second N]
One record a second into 6 partitions. Exit code 1 when p99 passes linger.ms by more than ${ALLOWED_BEYOND_LINGER_MS} ms.`;

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string', default: '60' },
      linger: { type: 'string', default: '0,100,1000' },
      'per-second': { type: 'string', default: '1' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const perSecond = Number(values['per-second']);
  const samples = Number(values.seconds) * perSecond;
  const programs = await buildMeasured('latency', { arrive: join(import.meta.dirname, 'programs/arrive.ts') });
  const kafka = await startKafka({});
  const { bootstrapServers } = kafka;
  try {
    await fillTopics(bootstrapServers, [{ name: TOPIC, partitions: PARTITIONS, records: 0, codec: 'none', ...VALUE }]);
    const rows: { readonly lingerMs: number; readonly arrivals: Arrivals }[] = [];
    for (const lingerMs of values.linger.split(',').map(Number)) {
      console.error(`linger.ms=${lingerMs}`);
      const plan: CarryPlan = { target: 'nothing', config: { topics: TOPIC, 'linger.ms': String(lingerMs) } };
      const enough = new AbortController();
      const producing = produce(bootstrapServers, perSecond, enough.signal);
      const measuring = runProgram<Arrivals>(programs.paths.arrive, [
        bootstrapServers,
        JSON.stringify(plan),
        String(samples),
        String(WARM_MS),
      ]).finally(() => enough.abort());
      const [arrivals] = await Promise.all([measuring, producing]);
      rows.push({ lingerMs, arrivals });
    }
    return print(rows, perSecond);
  } finally {
    await Promise.all([kafka.stop(), programs.remove()]);
  }
}

/** Makes a record `perSecond` times a second, each with the time of its making, until `enough` is aborted. */
async function produce(bootstrapServers: string, perSecond: number, enough: AbortSignal): Promise<void> {
  const producer = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const pool = makeValues(VALUE, 1_000);
  try {
    for (let next = 0, due = performance.now(); !enough.aborted; next++) {
      const value = pool[next % pool.length] ?? null;
      const messages = [{ partition: next % PARTITIONS, value, timestamp: String(Date.now()) }];
      await producer.send({ topic: TOPIC, messages, acks: 1 });
      due += 1_000 / perSecond;
      await sleep(Math.max(0, due - performance.now()));
    }
  } finally {
    await producer.disconnect();
  }
}

/** Exit code. */
function print(rows: readonly { readonly lingerMs: number; readonly arrivals: Arrivals }[], perSecond: number): number {
  console.log(`${perSecond} record(s) a second of ${VALUE.bytes} bytes, ${PARTITIONS} partitions; ${machine()}`);
  const ms = (value: number) => value.toFixed(0);
  const head = ['linger.ms', 'records', 'p50 ms', 'p99 ms', 'longest ms', 'CPU, share of one processor', 'peak RSS MB'];
  const cells = rows.map(({ lingerMs, arrivals: { latenciesMs, cpuSeconds, seconds, peakRssBytes } }) => [
    String(lingerMs),
    String(latenciesMs.length),
    ...[0.5, 0.99, 1].map((share) => ms(percentile(latenciesMs, share))),
    `${((cpuSeconds / seconds) * 100).toFixed(1)} %`,
    (peakRssBytes / 1e6).toFixed(0),
  ]);
  console.log(markdownTable(head, cells));
  const late = rows.filter(
    ({ lingerMs, arrivals }) => percentile(arrivals.latenciesMs, 0.99) > lingerMs + ALLOWED_BEYOND_LINGER_MS,
  );
  for (const { lingerMs } of late)
    console.log(`linger.ms=${lingerMs}: p99 is over ${lingerMs + ALLOWED_BEYOND_LINGER_MS} ms`);
  return late.length === 0 ? 0 : 1;
}
