/** A backlog far larger than the memory budget, in front of a target that stalls, then is slow, then well again. Shows that memory stays
 *  within the budget and the work goes on by itself. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { buildCli } from '../../helpers/build-programs.ts';
import { fillTopic } from './fill-topic.ts';
import { MemorySamples } from './memory-samples.ts';
import { type SpillwayRun, startSpillway } from './spillway-run.ts';
import { startTarget } from './target.ts';

const MIB = 1024 * 1024;
const ALLOWED_OVER_BUDGET_BYTES = 150_000_000;
const RECORD_BYTES = 1_024;
const PARTITIONS = 6;
const DRAIN_TIMEOUT_MS = 30 * 60_000;

const USAGE = `npm run bench -- lag [--records N] [--stall SECONDS] [--slow SECONDS] [--delay MS] [--budget MIB] [--codec none|gzip]
The whole of it (2 GB, 2 minutes of stall) takes about ten minutes and 5 GB of disk.`;

/** Exit code: 0 when the peak stays under the budget plus 150 MB and everything arrived. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '2000000' },
      stall: { type: 'string', default: '120' },
      slow: { type: 'string', default: '120' },
      delay: { type: 'string', default: '2000' },
      budget: { type: 'string', default: '96' },
      codec: { type: 'string', default: 'none' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const records = Number(values.records);
  const budgetBytes = Number(values.budget) * MIB;
  const folder = join(tmpdir(), `spillway-lag-${process.pid}`);
  const cli = await buildCli('bench');
  const kafka = await startKafka({ overrides: { 'log.segment.bytes': '67108864' } });
  const target = await startTarget(join(folder, 'oss'));
  let run: SpillwayRun | undefined;
  try {
    console.log(`filling a topic with ${records} records of ${RECORD_BYTES} bytes`);
    const topic = { name: 'lag', partitions: PARTITIONS, records, recordBytes: RECORD_BYTES };
    await fillTopic(kafka.bootstrapServers, topic, values.codec === 'gzip' ? 'gzip' : 'none');
    if (Number(values.stall) > 0) await target.stall();
    const { bootstrapServers } = kafka;
    run = await startSpillway({ cli: cli.path, bootstrapServers, topic: 'lag', target, folder, budgetBytes });
    const samples = new MemorySamples(run);
    samples.phase('stalled');
    await sleep(Number(values.stall) * 1_000);
    if (Number(values.slow) > 0) await target.slow(Number(values.delay));
    samples.phase('slow');
    await sleep(Number(values.slow) * 1_000);
    await target.heal();
    samples.phase('well');
    const recovered = await arrived(run, records);
    samples.stop();
    const cpuSeconds = run.ended ? Number.NaN : await run.cpuSeconds();
    const peak = samples.print();
    const limit = budgetBytes + ALLOWED_OVER_BUDGET_BYTES;
    console.log(`CPU ${cpuSeconds.toFixed(1)} s, ${((cpuSeconds * 1e6) / records).toFixed(1)} s per million records`);
    console.log(`recovered without a restart: ${recovered ? 'yes' : 'NO'}`);
    console.log(`peak RSS ${mb(peak)} MB, allowed ${mb(limit)} MB (budget ${mb(budgetBytes)} + 150)`);
    return recovered && peak <= limit ? 0 : 1;
  } finally {
    await run?.stop();
    await target.stop();
    await kafka.stop();
    await cli.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Whether every record is written before the time is over, by the process that was there from the start. */
async function arrived(run: SpillwayRun, records: number): Promise<boolean> {
  for (const until = Date.now() + DRAIN_TIMEOUT_MS; Date.now() < until; await sleep(1_000)) {
    if (run.ended) return false;
    if ((await run.written()) >= records) return true;
  }
  return false;
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
