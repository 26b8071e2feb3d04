/** What each guarantee costs: records per second, CPU seconds per million records and peak memory of one process that drains a topic, beside
 *  plain kafkajs draining the same one. Variants run in turn, round after round, and medians are printed: records per second swing on a
 *  machine that does something else as well, CPU seconds hardly. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { buildPrograms } from '../../helpers/build-programs.ts';
import { fillTopic } from '../lag/fill-topic.ts';
import { BUCKET, CREDENTIALS, startTarget } from '../lag/target.ts';
import type { CarryPlan } from './carry.ts';
import type { Measured } from './measured.ts';

const PARTITIONS = 6;
const RECORD_BYTES = 1_024;
const TOPIC = 'bench';
const USAGE = 'npm run bench -- dispatcher [--records N] [--rounds N]';

interface Variant {
  readonly name: string;
  /** Undefined: plain kafkajs. */
  readonly plan: ((round: number) => CarryPlan) | undefined;
}

function variants(oss: Readonly<Record<string, string>>): Variant[] {
  const to = (target: CarryPlan['target'], guarantee: string, extra: Readonly<Record<string, string>> = {}) => ({
    target,
    config: { 'delivery.guarantee': guarantee, ...extra },
  });
  const small = { 'batch.size': '500' };
  const objects =
    (guarantee: string, extra = {}) =>
    (round: number) =>
      to('objects', guarantee, {
        ...oss,
        ...extra,
        'oss.object.prefix': `${guarantee}-${Object.keys(extra)}-${round}`,
      });
  return [
    { name: 'kafkajs, nothing done', plan: undefined },
    { name: 'null function, at-least-once', plan: () => to('nothing', 'at-least-once') },
    { name: 'null function, exactly-once', plan: () => to('nothing', 'exactly-once') },
    { name: 'null function, two-phase', plan: () => to('two-phase', 'exactly-once') },
    { name: 'null function, batches of 500, at-least-once', plan: () => to('nothing', 'at-least-once', small) },
    { name: 'null function, batches of 500, exactly-once', plan: () => to('nothing', 'exactly-once', small) },
    { name: 'objects (jsonl), at-least-once', plan: objects('at-least-once') },
    { name: 'objects (jsonl), exactly-once', plan: objects('exactly-once') },
    { name: 'objects (jsonl), batches of 500, at-least-once', plan: objects('at-least-once', small) },
    { name: 'objects (jsonl), batches of 500, exactly-once', plan: objects('exactly-once', small) },
  ];
}

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '500000' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const records = Number(values.records);
  const folder = join(tmpdir(), `spillway-bench-${process.pid}`);
  const programs = await buildPrograms('bench', {
    carry: join(import.meta.dirname, 'carry.ts'),
    drain: join(import.meta.dirname, 'drain-with-kafkajs.ts'),
  });
  const kafka = await startKafka({});
  const target = await startTarget(join(folder, 'oss'));
  try {
    const { bootstrapServers } = kafka;
    await fillTopic(
      bootstrapServers,
      { name: TOPIC, partitions: PARTITIONS, records, recordBytes: RECORD_BYTES },
      'none',
    );
    const all = variants({
      'oss.endpoint': target.endpoint,
      'oss.region': target.region,
      'oss.bucket': BUCKET,
      'oss.access.key.id': CREDENTIALS.accessKeyId,
      'oss.access.key.secret': CREDENTIALS.accessKeySecret,
      'oss.format': 'jsonl',
    });
    const results = new Map<string, Measured[]>(all.map(({ name }) => [name, []]));
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const { name, plan } of all) {
        console.error(`round ${round}: ${name}`);
        const program =
          plan === undefined
            ? [programs.paths.drain, bootstrapServers, TOPIC, String(records)]
            : [programs.paths.carry, bootstrapServers, TOPIC, JSON.stringify(plan(round))];
        results.get(name)?.push(await run(program, records));
      }
    }
    print(results, records);
    return 0;
  } finally {
    await Promise.all([target.stop(), kafka.stop()]);
    await Promise.all([rm(folder, { recursive: true, force: true }), programs.remove()]);
  }
}

/** @throws Error when the program fails, or saw fewer records than there are */
async function run(program: readonly string[], records: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, program);
  const measured = JSON.parse(stdout) as Measured;
  if (measured.records !== records) throw new Error(`${measured.records} of ${records} records were carried`);
  return measured;
}

function print(results: ReadonlyMap<string, readonly Measured[]>, records: number): void {
  console.log(
    `${records} records of ${RECORD_BYTES} bytes, ${PARTITIONS} partitions, Node.js ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'CPU'}; medians`,
  );
  console.log('| | records/s | CPU-s per million | peak RSS MB |\n|---|---|---|---|');
  for (const [name, runs] of results) {
    const perSecond = median(runs.map((run) => run.records / run.seconds));
    const cpu = median(runs.map((run) => (run.cpuSeconds / run.records) * 1e6));
    const rss = median(runs.map((run) => run.peakRssBytes / 1e6));
    console.log(`| ${name} | ${Math.round(perSecond)} | ${cpu.toFixed(2)} | ${Math.round(rss)} |`);
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
