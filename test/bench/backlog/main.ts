/** A backlog far larger than the memory budget, in front of a target that stalls, then is slow, then well again. Shows that memory stays
 *  within the budget and the work goes on by itself. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { buildPrograms } from '../../helpers/build-programs.ts';
import { lineChart } from '../report/line-chart.ts';
import { machine } from '../report/machine.ts';
import { startTarget } from '../target.ts';
import { CODECS } from '../topics/codecs.ts';
import { fillTopics } from '../topics/fill-topics.ts';
import { MemorySamples } from './memory-samples.ts';
import { type SpillwayRun, startSpillway } from './spillway-run.ts';

const MIB = 1024 * 1024;
const ALLOWED_OVER_BUDGET_BYTES = 150_000_000;
const TOPIC = 'backlog';
const PARTITIONS = 6;
const DRAIN_TIMEOUT_MS = 30 * 60_000;
const PLOT = 'docs/performance/backlog.svg';
/** Of the printed series. */
const EVERY_SECONDS = 15;

const USAGE = `npm run bench -- backlog [--gigabytes N] [--record-bytes N] [--codec ${CODECS.join('|')}] [--format FORMAT] [--stall SECONDS]
  [--slow SECONDS] [--delay MS] [--budget MIB] [--plot FILE]
The whole of it (5 GB, 2 minutes of stall, 2 of slowness) takes about seven minutes and 6 GB of disk; without arguments the plot goes to ${PLOT}.`;

/** Exit code: 0 when the peak stays under the budget plus 150 MB and everything arrived. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      gigabytes: { type: 'string', default: '5' },
      'record-bytes': { type: 'string', default: '1024' },
      codec: { type: 'string', default: 'none' },
      format: { type: 'string', default: 'jsonl' },
      stall: { type: 'string', default: '120' },
      slow: { type: 'string', default: '120' },
      delay: { type: 'string', default: '2000' },
      budget: { type: 'string', default: '96' },
      plot: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const codec = CODECS.find((name) => name === values.codec);
  if (values.help || codec === undefined) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const recordBytes = Number(values['record-bytes']);
  const records = Math.round((Number(values.gigabytes) * 1e9) / recordBytes);
  const budgetBytes = Number(values.budget) * MIB;
  const folder = join(tmpdir(), `spillway-backlog-${process.pid}`);
  const programs = await buildPrograms('bench', {
    spillway: 'cli/main.ts',
    target: join(import.meta.dirname, '../programs/counting-target.ts'),
  });
  const kafka = await startKafka({ overrides: { 'log.segment.bytes': '67108864' } });
  const target = await startTarget(programs.paths.target);
  let run: SpillwayRun | undefined;
  let samples: MemorySamples | undefined;
  try {
    const { bootstrapServers } = kafka;
    console.error(`filling a topic with ${records} records of ${recordBytes} bytes`);
    const shape = { bytes: recordBytes, text: 'ascii' } as const;
    await fillTopics(bootstrapServers, [{ name: TOPIC, partitions: PARTITIONS, records, codec, ...shape }]);
    if (Number(values.stall) > 0) target.stall();
    const cli = programs.paths.spillway;
    const { format } = values;
    run = await startSpillway({ cli, bootstrapServers, topic: TOPIC, target, folder, budgetBytes, format });
    samples = new MemorySamples(run);
    samples.phase('hanging');
    await sleep(Number(values.stall) * 1_000);
    if (Number(values.slow) > 0) target.slow(Number(values.delay));
    samples.phase('slow');
    await sleep(Number(values.slow) * 1_000);
    target.heal();
    samples.phase('well');
    const recovered = await arrived(run, records);
    await samples.stop();
    const [cpuSeconds, peak] = run.ended
      ? [Number.NaN, Number.NaN]
      : await Promise.all([run.cpuSeconds(), run.peakRssBytes()]);
    const limit = budgetBytes + ALLOWED_OVER_BUDGET_BYTES;
    console.log(`${records} records of ${recordBytes} bytes, ${codec}, objects in ${format}; ${machine()}\n`);
    console.log(`${samples.series(EVERY_SECONDS)}\n\n${samples.table()}\n`);
    console.log(`CPU ${cpuSeconds.toFixed(1)} s, ${((cpuSeconds * 1e6) / records).toFixed(1)} s per million records`);
    console.log(`recovered without a restart: ${recovered ? 'yes' : 'NO'}`);
    console.log(`peak RSS ${mb(peak)} MB, allowed ${mb(limit)} MB (budget ${mb(budgetBytes)} + 150)`);
    const plot = values.plot ?? (args.length === 0 ? PLOT : undefined);
    if (plot !== undefined) await writePlot(plot, samples, limit);
    return recovered && peak <= limit ? 0 : 1;
  } finally {
    await samples?.stop();
    await run?.stop();
    await Promise.all([target.stop(), kafka.stop()]);
    await Promise.all([programs.remove(), rm(folder, { recursive: true, force: true })]);
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

async function writePlot(file: string, samples: MemorySamples, limit: number): Promise<void> {
  const chart = lineChart({
    title: 'Memory with a backlog, MB',
    xLabel: 'seconds',
    series: samples.lines(),
    marks: samples.marks(),
    limit: { y: limit / 1e6, name: 'budget + 150 MB' },
  });
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, chart);
  console.error(`plot: ${file}`);
}

function mb(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
