/** What it costs to index a topic: `elasticsearch-sink` beside a plain loop of the client's own bulk helper, round after round in turn. On a real
 *  server, which sets the pace, documents per second count; on a stand-in that answers at once, CPU seconds. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { startSearch } from '../../../infra/local/search/start-search.ts';
import type { CarryPlan } from '../measured/bench-worker.ts';
import type { Measured } from '../measured/measure.ts';
import { buildMeasured, runProgram } from '../measured/run-program.ts';
import { machine } from '../report/machine.ts';
import { markdownTable } from '../report/markdown-table.ts';
import { percentile } from '../report/statistics.ts';
import { fillTopics } from '../topics/fill-topics.ts';

const PARTITIONS = 6;
const VALUE = { bytes: 1_024, text: 'ascii', codec: 'none' } as const;

const USAGE = `npm run bench -- elasticsearch [--records N] [--documents N] [--rounds N]
  --records    over the stand-in, which answers at once
  --documents  over a real Elasticsearch`;

/** Where documents go. */
interface Place {
  readonly name: string;
  readonly topic: string;
  readonly records: number;
  readonly url: string;
  prepare(index: string): Promise<void>;
  /** Documents that came to `index`, or to all since it was asked before. */
  count(index: string): Promise<number>;
}

const WAYS = ['helpers.bulk', 'elasticsearch-sink'] as const;
type Way = (typeof WAYS)[number];

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '500000' },
      documents: { type: 'string', default: '50000' },
      rounds: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const program = (name: string) => join(import.meta.dirname, `../programs/${name}.ts`);
  const programs = await buildMeasured('elasticsearch', {
    carry: program('carry'),
    client: program('bulk-with-client'),
    target: program('bulk-target'),
  });
  const kafka = await startKafka({ overrides: { 'log.segment.bytes': '134217728' } });
  const { bootstrapServers } = kafka;
  const closing: (() => Promise<void>)[] = [() => programs.remove(), () => kafka.stop()];
  try {
    const places = [
      await standIn(programs.paths.target, Number(values.records), closing),
      await realServer(Number(values.documents), closing),
    ].filter(({ records }) => records > 0);
    for (const { topic, records } of places) {
      console.error(`filling ${topic}`);
      await fillTopics(bootstrapServers, [{ name: topic, partitions: PARTITIONS, records, ...VALUE }]);
    }
    const rows: string[][] = [];
    for (const place of places) {
      const runs: Record<Way, Measured[]> = { 'helpers.bulk': [], 'elasticsearch-sink': [] };
      for (let round = 1; round <= Number(values.rounds); round++) {
        for (const way of WAYS) {
          const measured = await carry(way, place, `bench-${round}`, bootstrapServers, programs.paths);
          console.error(`round ${round}: ${place.name}: ${way}: ${measured.cpuSeconds.toFixed(2)} CPU-s`);
          runs[way].push(measured);
        }
      }
      rows.push(...WAYS.map((way) => row(place, way, runs[way])));
    }
    console.log(`${VALUE.bytes} B ${VALUE.text}, ${PARTITIONS} partitions, ${values.rounds} rounds; ${machine()}\n`);
    console.log(markdownTable(HEAD, rows));
    return 0;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function standIn(program: string, records: number, closing: (() => Promise<void>)[]): Promise<Place> {
  const child = fork(program, { execArgv: [] });
  const [port] = (await once(child, 'message')) as [number];
  closing.push(async () => {
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    await gone;
  });
  const count = async () => {
    const told = once(child, 'message');
    child.send('count');
    return ((await told) as [number])[0];
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'a stand-in that answers at once',
    topic: 'many',
    records,
    url,
    prepare: async () => undefined,
    count,
  };
}

async function realServer(records: number, closing: (() => Promise<void>)[]): Promise<Place> {
  const server = await startSearch({ server: 'elasticsearch-8', heapMb: 1_024 });
  closing.push(() => server.stop());
  const prepare = async (index: string) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ mappings: MAPPINGS });
    const answer = await fetch(`${server.url}/${index}`, { method: 'PUT', headers, body });
    if (!answer.ok) throw new Error(`${index} was not created: ${await answer.text()}`);
  };
  const count = async (index: string) => {
    await fetch(`${server.url}/${index}/_refresh`, { method: 'POST' });
    const answer = await fetch(`${server.url}/${index}/_count`);
    return ((await answer.json()) as { count: number }).count;
  };
  return { name: `Elasticsearch ${server.version}`, topic: 'fewer', records, url: server.url, prepare, count };
}

/** Whole numbers and fractions get one type, whichever comes first: the helper loses documents of the race for it. */
const MAPPINGS = {
  dynamic_templates: [{ numbers: { match_mapping_type: 'long', mapping: { type: 'float' } } }],
};

/** @throws Error when documents are missing at the target */
async function carry(
  way: Way,
  { name, topic, records, url, prepare, count }: Place,
  round: string,
  bootstrapServers: string,
  programs: { readonly carry: string; readonly client: string },
): Promise<Measured> {
  const index = `${round}-${way === 'helpers.bulk' ? 'client' : 'sink'}`;
  const plan: CarryPlan = {
    target: 'documents',
    config: { 'elasticsearch.hosts': url, 'elasticsearch.index': index },
  };
  await prepare(index);
  const measured =
    way === 'helpers.bulk'
      ? await runProgram<Measured>(programs.client, [bootstrapServers, topic, String(records), url, index], {
          foreign: true,
        })
      : await runProgram<Measured>(programs.carry, [bootstrapServers, topic, JSON.stringify(plan)]);
  const arrived = await count(index);
  if (arrived !== records) throw new Error(`${name}, ${way}: ${arrived} of ${records} documents arrived`);
  return measured;
}

const HEAD = ['Target', 'Indexed by', 'documents/s', 'CPU-s per million', 'peak RSS MB', 'longest stall ms'];

/** Medians, with the least and the most; of memory and stalls the worst. */
function row({ name }: Place, way: Way, runs: readonly Measured[]): string[] {
  const spread = (of: (run: Measured) => number, digits: number) => {
    const [median, least, most] = [0.5, 0, 1].map((share) => percentile(runs.map(of), share).toFixed(digits));
    return `${median} (${least}-${most})`;
  };
  const worst = (of: (run: Measured) => number) => Math.max(...runs.map(of)).toFixed(0);
  return [
    name,
    way,
    spread(({ records, seconds }) => records / seconds, 0),
    spread(({ records, cpuSeconds }) => (cpuSeconds / records) * 1e6, 2),
    worst((run) => run.peakRssBytes / 1e6),
    worst((run) => run.longestStallMs),
  ];
}
