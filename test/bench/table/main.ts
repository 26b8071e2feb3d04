/** CPU seconds per million records of one process that carries a topic, beside plain kafkajs draining the same one. Scenarios run in turn, round
 *  after round: records per second swing on a machine that does something else as well, CPU seconds less, and their ratio within a round
 *  least. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import type { Measured } from '../measured/measure.ts';
import { buildMeasured, runProgram } from '../measured/run-program.ts';
import { barChart } from '../report/bar-chart.ts';
import { machine } from '../report/machine.ts';
import { startTarget, type Target } from '../target.ts';
import { fillTopics } from '../topics/fill-topics.ts';
import { profile } from './profiles.ts';
import { type Result, resultBars, resultTable } from './results.ts';
import { chooseScenarios, type Scenario } from './scenarios.ts';

const PARTITIONS = 6;
const PLOT = 'docs/performance/cpu-seconds.svg';

const USAGE = `npm run bench -- [--records N] [--rounds N] [--only TEXT,TEXT,...] [--all] [--profile FOLDER] [--plot FILE]
  --only     scenarios whose name has one of these, such as '1024 B ascii' or 'jsonl'; plain kafkajs is always beside them
  --all      every way over every topic (hours)
  --profile  one more round, not measured, that writes a CPU profile of each scenario and sums it up
  --plot     where the plot goes; without arguments to ${PLOT}`;

interface Programs {
  readonly carry: string;
  readonly drain: string;
}

interface Place {
  readonly bootstrapServers: string;
  readonly target: Target;
  readonly programs: Programs;
  readonly records: number;
}

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '1000000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string', default: '' },
      all: { type: 'boolean', default: false },
      profile: { type: 'string' },
      plot: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only.split(',').filter((part) => part !== '');
  const scenarios = chooseScenarios(values.all, only);
  if (values.help || scenarios.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const records = Number(values.records);
  const programs = await buildMeasured('bench', {
    carry: join(import.meta.dirname, '../programs/carry.ts'),
    drain: join(import.meta.dirname, '../programs/drain-with-kafkajs.ts'),
    target: join(import.meta.dirname, '../programs/counting-target.ts'),
  });
  const kafka = await startKafka({ overrides: { 'log.segment.bytes': '134217728' } });
  const target = await startTarget(programs.paths.target);
  try {
    const { bootstrapServers } = kafka;
    const place: Place = { bootstrapServers, target, programs: programs.paths, records };
    for (const topic of new Set(scenarios.map((scenario) => scenario.topic))) {
      console.error(`filling ${topic.name}`);
      await fillTopics(bootstrapServers, [{ ...topic, partitions: PARTITIONS, records }]);
    }
    const results = await measureRounds(scenarios, Number(values.rounds), place);
    console.log(`${records} records, ${PARTITIONS} partitions, one task, ${values.rounds} rounds; ${machine()}\n`);
    console.log(resultTable(results));
    const plot = values.plot ?? (args.length === 0 ? PLOT : undefined);
    if (plot !== undefined) await writePlot(plot, results);
    if (values.profile !== undefined)
      await profile(scenarios, values.profile, (scenario, flags) => runScenario(scenario, place, flags));
    return 0;
  } finally {
    await Promise.all([target.stop(), kafka.stop(), programs.remove()]);
  }
}

async function measureRounds(scenarios: readonly Scenario[], rounds: number, place: Place): Promise<Result[]> {
  const results = scenarios.map((scenario) => ({ scenario, runs: [] as Measured[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { scenario, runs } of results) {
      const measured = await runScenario(scenario, place, []);
      console.error(`round ${round}: ${scenario.name}: ${measured.cpuSeconds.toFixed(2)} CPU-s`);
      runs.push(measured);
    }
  }
  return results;
}

/** @throws Error when the program fails, or not everything was carried */
async function runScenario(
  { name, topic, way }: Scenario,
  { bootstrapServers, target, programs, records }: Place,
  flags: readonly string[],
): Promise<Measured> {
  const [program, last] =
    way.plan === undefined ? [programs.drain, String(records)] : [programs.carry, JSON.stringify(way.plan(target))];
  const measured = await runProgram<Measured>(program, [bootstrapServers, topic.name, last], {
    flags,
    foreign: way.plan === undefined,
  });
  const { bodyBytes } = await target.counts();
  if (measured.records !== records) throw new Error(`${name}: ${measured.records} of ${records} records were carried`);
  if (way.wholeValues && bodyBytes < records * topic.bytes)
    throw new Error(`${name}: only ${bodyBytes} bytes reached the target`);
  return measured;
}

async function writePlot(file: string, results: readonly Result[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, barChart('CPU seconds per million records (less is better)', resultBars(results)));
  console.error(`plot: ${file}`);
}
