/** A program: carries what lies in the topics to a sink that does nothing, then idles. Arguments: BOOTSTRAP PLANS RECORDS IDLE_SECONDS. */
import { setTimeout as sleep } from 'node:timers/promises';
import { benchWorker, type CarryPlan } from '../measured/bench-worker.ts';
import { type Measured, measure, tell } from '../measured/measure.ts';

/** What it tells; the figures of `Measured` are those from the start to the last record. */
export interface Settled extends Measured {
  /** Part of that before the first record reached the sink. */
  readonly startSeconds: number;
  readonly startCpuSeconds: number;
  /** Share of one processor, once nothing is left to do. */
  readonly idle: number;
  /** At the end. */
  readonly rssBytes: number;
}

const [bootstrapServers = '', json = '[]', records = '0', idleSeconds = '0'] = process.argv.slice(2);
/** For commits and what else follows the last record. */
const QUIET_MS = 6_000;
const startedAt = performance.now();
const startedWith = process.cpuUsage();
let seen = 0;
let start: { seconds: number; cpuSeconds: number } | undefined;
let arrived: () => void;
const all = new Promise<void>((resolve) => (arrived = resolve));
const stop = new AbortController();
const worker = await benchWorker(bootstrapServers, JSON.parse(json) as CarryPlan[], async ({ count }) => {
  start ??= { seconds: (performance.now() - startedAt) / 1000, cpuSeconds: cpuSeconds(startedWith) };
  seen += count;
  if (seen >= Number(records)) arrived();
  return { all: 'written', count };
});
let running: Promise<void> | undefined;
const measured = await measure(async () => {
  running = worker.run(false, stop.signal, new AbortController().signal).then(({ ok, reasons }) => {
    if (!ok) throw new Error(reasons.join('\n'));
  });
  await Promise.race([all, running]);
  return seen;
});
await sleep(QUIET_MS);
const idleFrom = performance.now();
const idleWith = process.cpuUsage();
await sleep(Number(idleSeconds) * 1_000);
const idle = cpuSeconds(idleWith) / ((performance.now() - idleFrom) / 1000);
const settled: Settled = {
  ...measured,
  startSeconds: start?.seconds ?? Number.NaN,
  startCpuSeconds: start?.cpuSeconds ?? Number.NaN,
  idle,
  rssBytes: process.memoryUsage.rss(),
};
stop.abort();
await running;
tell(settled);

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}
