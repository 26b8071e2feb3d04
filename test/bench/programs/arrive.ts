/** A program: how long each record takes from its timestamp to the call of the sink, for records that are made one by one. Arguments:
 *  BOOTSTRAP PLAN SAMPLES WARM_MS; records made earlier than WARM_MS after the start do not count. Ends after SAMPLES that do. */
import { benchWorker, type CarryPlan } from '../measured/bench-worker.ts';
import { type Measured, measure, tell } from '../measured/measure.ts';

/** What it tells. */
export interface Arrivals extends Measured {
  /** In order of arrival. */
  readonly latenciesMs: readonly number[];
}

const [bootstrapServers = '', json = '{}', samples = '0', warmMs = '0'] = process.argv.slice(2);
const latenciesMs: number[] = [];
const enough = new AbortController();
const countsFrom = Date.now() + Number(warmMs);
const worker = await benchWorker(bootstrapServers, [JSON.parse(json) as CarryPlan], async ({ segments, count }) => {
  const now = Date.now();
  for (const { block, from, to } of segments) {
    for (const timestamp of block.timestamps.subarray(from, to)) {
      if (timestamp >= countsFrom) latenciesMs.push(now - timestamp);
    }
  }
  if (latenciesMs.length >= Number(samples)) enough.abort();
  return { all: 'written', count };
});
const measured = await measure(async () => {
  const { ok, reasons } = await worker.run(false, enough.signal, new AbortController().signal);
  if (!ok) throw new Error(reasons.join('\n'));
  return latenciesMs.length;
});
tell({ ...measured, latenciesMs } satisfies Arrivals);
