/** What many partitions and many connectors cost one process: 100-byte records, carried to a sink that does nothing, then silence. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import type { CarryPlan } from './measured/bench-worker.ts';
import { buildMeasured, runProgram } from './measured/run-program.ts';
import type { Settled } from './programs/settle.ts';
import { machine } from './report/machine.ts';
import { markdownTable } from './report/markdown-table.ts';
import { fillTopics, type TopicToFill } from './topics/fill-topics.ts';

const VALUE = { bytes: 100, text: 'ascii', codec: 'none' } as const;

const USAGE = `npm run bench -- many [--records N] [--partitions N] [--connectors N] [--idle SECONDS] [--only TEXT]
One connector over many partitions, and many connectors of one partition each, beside one connector over 6 partitions.`;

interface Shape {
  readonly name: string;
  readonly topics: readonly TopicToFill[];
  readonly plans: readonly CarryPlan[];
}

function shapes(records: number, partitions: number, connectors: number): Shape[] {
  const over = (topic: string): CarryPlan => ({ target: 'nothing', config: { topics: topic, 'linger.ms': '1000' } });
  const one = (name: string, count: number): Shape => ({
    name,
    topics: [{ name: `over-${count}`, partitions: count, records, ...VALUE }],
    plans: [over(`over-${count}`)],
  });
  const each = Array.from({ length: connectors }, (_, i) => `small-${i}`);
  return [
    one('6 partitions', 6),
    one(`${partitions} partitions`, partitions),
    {
      name: `${connectors} connectors`,
      topics: each.map((name) => ({ name, partitions: 1, records: Math.floor(records / connectors), ...VALUE })),
      plans: each.map(over),
    },
  ];
}

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      records: { type: 'string', default: '1000000' },
      partitions: { type: 'string', default: '1000' },
      connectors: { type: 'string', default: '100' },
      idle: { type: 'string', default: '20' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const all = shapes(Number(values.records), Number(values.partitions), Number(values.connectors));
  const programs = await buildMeasured('many', { settle: join(import.meta.dirname, 'programs/settle.ts') });
  const kafka = await startKafka({});
  const { bootstrapServers } = kafka;
  try {
    const rows: string[][] = [];
    for (const { name, topics, plans } of all.filter((shape) => shape.name.includes(values.only))) {
      console.error(`filling: ${name}`);
      await fillTopics(bootstrapServers, topics);
      const records = topics.reduce((sum, topic) => sum + topic.records, 0);
      console.error(`carrying: ${name}`);
      const told = await runProgram<Settled>(programs.paths.settle, [
        bootstrapServers,
        JSON.stringify(plans),
        String(records),
        values.idle,
      ]);
      if (told.records !== records) throw new Error(`${name}: ${told.records} of ${records} records came`);
      rows.push(row(name, told));
    }
    console.log(`${values.records} records of ${VALUE.bytes} bytes; ${machine()}`);
    console.log(markdownTable(HEAD, rows));
    return 0;
  } finally {
    await Promise.all([kafka.stop(), programs.remove()]);
  }
}

const HEAD = [
  '',
  'records/s',
  'CPU-s per million',
  'CPU-s to the first record',
  'seconds to the first record',
  'idle CPU, share of one processor',
  'peak RSS MB',
  'idle RSS MB',
  'longest stall ms',
];

/** The start is told apart, so that it does not hide in the rest. */
function row(name: string, told: Settled): string[] {
  const { records, seconds, startSeconds, cpuSeconds, startCpuSeconds } = told;
  return [
    name,
    (records / (seconds - startSeconds)).toFixed(0),
    (((cpuSeconds - startCpuSeconds) / records) * 1e6).toFixed(2),
    startCpuSeconds.toFixed(2),
    startSeconds.toFixed(1),
    `${(told.idle * 100).toFixed(1)} %`,
    (told.peakRssBytes / 1e6).toFixed(0),
    (told.rssBytes / 1e6).toFixed(0),
    told.longestStallMs.toFixed(0),
  ];
}
