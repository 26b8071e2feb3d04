/** What a task costs that has nothing to do, and how fast all connectors are told of: a worker over empty topics. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { buildMeasured, runProgram } from './measured/run-program.ts';
import type { Idle } from './programs/idle.ts';
import { machine } from './report/machine.ts';
import { markdownTable } from './report/markdown-table.ts';
import { fillTopics } from './topics/fill-topics.ts';

const TOPICS = 10;
const USAGE = `npm run bench -- idle [--connectors N] [--seconds N]
Nothing; one connector of one task; N connectors of one task; N connectors of six tasks, over topics of six partitions each.`;

/** Exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connectors: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '30' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const shapes = [
    ['0', '0'],
    ['1', '1'],
    [values.connectors, '1'],
    [values.connectors, '6'],
  ];
  const programs = await buildMeasured('idle', { idle: join(import.meta.dirname, 'programs/idle.ts') });
  const kafka = await startKafka({});
  try {
    const topics = Array.from({ length: TOPICS }, (_, i) => `idle-${i}`);
    await fillTopics(
      kafka.bootstrapServers,
      topics.map((name) => ({ name, partitions: 6, records: 0, bytes: 100, text: 'ascii', codec: 'none' })),
    );
    const told: Idle[] = [];
    for (const [connectors = '', tasks = ''] of shapes) {
      console.error(`${connectors} connectors of ${tasks} tasks`);
      const args = [kafka.bootstrapServers, topics.join(','), connectors, tasks, values.seconds];
      told.push(await runProgram<Idle>(programs.paths.idle, args));
    }
    const nothing = told[0];
    console.log(`${values.connectors} connectors, 6 partitions each; ${machine()}`);
    console.log(
      markdownTable(
        HEAD,
        told.map((one) => row(one, nothing ?? one)),
      ),
    );
    return 0;
  } finally {
    await Promise.all([kafka.stop(), programs.remove()]);
  }
}

const HEAD = [
  'tasks',
  'seconds to start',
  'CPU-s to start',
  'idle CPU, share of one processor',
  'of it for a task',
  'RSS MB',
  'of it for a task, KB',
  'connections',
  'invocations',
  'all statuses, ms: median',
  'most',
];

/** @param nothing what the process costs without a connector */
function row(told: Idle, nothing: Idle): string[] {
  const { tasks, startSeconds, startCpuSeconds, idle, rssBytes, connections, invocations, statusMs } = told;
  const each = (amount: number, digits: number) => (tasks === 0 ? '' : (amount / tasks).toFixed(digits));
  return [
    String(tasks),
    startSeconds.toFixed(1),
    startCpuSeconds.toFixed(2),
    `${(idle * 100).toFixed(1)} %`,
    tasks === 0 ? '' : `${each((idle - nothing.idle) * 100, 3)} %`,
    (rssBytes / 1e6).toFixed(0),
    each((rssBytes - nothing.rssBytes) / 1e3, 0),
    String(connections),
    String(invocations),
    (statusMs[statusMs.length >> 1] ?? 0).toFixed(1),
    (statusMs.at(-1) ?? 0).toFixed(1),
  ];
}
