/** A program: a worker whose connectors have nothing to do, and tells what that costs, and how fast it answers. Arguments: BOOTSTRAP TOPICS CONNECTORS
 *  TASKS IDLE_SECONDS; TOPICS are read by all of the connectors in turn. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClusterWorker } from '../../../functions/control-plane/main.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { silentLogger } from '../../../shared/logger.ts';
import { keptSink } from '../../helpers/kept-sink.ts';
import { tell } from '../measured/measure.ts';

export interface Idle {
  readonly tasks: number;
  /** Until every task ran, from the first request on. */
  readonly startSeconds: number;
  readonly startCpuSeconds: number;
  /** Share of one processor, once all have joined. */
  readonly idle: number;
  readonly rssBytes: number;
  readonly connections: number;
  /** Calls of the sinks, from the start on. */
  readonly invocations: number;
  /** Answers to `GET /connectors?expand=status&expand=info`, in order of size. */
  readonly statusMs: readonly number[];
}

/** For commits and what else follows the start. */
const QUIET_MS = 10_000;
const STATUS_REQUESTS = 200;
const [bootstrap = '', topics = '', connectors = '0', tasksMax = '0', idleSeconds = '0'] = process.argv.slice(2);
let invocations = 0;
const worker = createClusterWorker({
  worker: parseWorker({
    'bootstrap.servers': bootstrap,
    'group.id': `idle-${process.pid}`,
    listeners: 'http://127.0.0.1:0',
    'rest.requests.per.minute': '100000',
  }).config,
  secrets: { resolve: () => '' },
  logger: silentLogger,
  version: 'bench',
  plugins: [
    {
      definition: keptSink,
      writer: () => ({
        write: async ({ count }) => {
          invocations++;
          return { all: 'written', count };
        },
        close: async () => undefined,
      }),
    },
  ],
});
const stop = new AbortController();
const { url, ended } = await new Promise<{ url: string; ended: Promise<void> }>((resolve, reject) => {
  const ended: Promise<void> = worker.run(stop.signal, stop.signal, ([url = '']) => resolve({ url, ended }));
  ended.catch(reject);
});
const startedAt = performance.now();
const startedWith = process.cpuUsage();
const names = topics.split(',');
for (let i = 0; i < Number(connectors); i++) {
  const config = {
    'connector.class': keptSink.connectorClass,
    topics: names[i % names.length] ?? '',
    'tasks.max': tasksMax,
  };
  const answer = await fetch(`${url}/connectors`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: `idle-${process.pid}-${i}`, config }),
  });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`);
}
const tasks = Number(connectors) * Number(tasksMax);
const running = async () => (await statuses()).filter((state) => state === 'RUNNING').length;
while ((await running()) < tasks) await sleep(100);
const startSeconds = (performance.now() - startedAt) / 1000;
const startCpuSeconds = cpuSeconds(startedWith);
await sleep(QUIET_MS);
const idleFrom = performance.now();
const idleWith = process.cpuUsage();
await sleep(Number(idleSeconds) * 1_000);
const idle = cpuSeconds(idleWith) / ((performance.now() - idleFrom) / 1000);
const connections = process.getActiveResourcesInfo().filter((resource) => resource === 'TCPSocketWrap').length;
const rssBytes = process.memoryUsage.rss();
const statusMs: number[] = [];
for (let i = 0; i < STATUS_REQUESTS; i++) {
  const from = performance.now();
  await statuses();
  statusMs.push(performance.now() - from);
}
stop.abort();
await ended;
statusMs.sort((a, b) => a - b);
const told: Idle = { tasks, startSeconds, startCpuSeconds, idle, rssBytes, connections, invocations, statusMs };
tell(told);

/** Of every task. */
async function statuses(): Promise<string[]> {
  const answer = await fetch(`${url}/connectors?expand=status&expand=info`);
  const all = (await answer.json()) as Record<string, { readonly status: { readonly tasks: { state: string }[] } }>;
  return Object.values(all).flatMap(({ status }) => status.tasks.map(({ state }) => state));
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
