/** `spillway run`, as a user starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Target } from '../target.ts';

export interface SpillwayRunOptions {
  /** Path of the CLI. */
  readonly cli: string;
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly target: Target;
  readonly folder: string;
  readonly budgetBytes: number;
  /** `oss.format`. */
  readonly format: string;
}

/** A worker that is measured. */
export interface SpillwayRun {
  /** Whether it ended by itself. */
  readonly ended: boolean;
  /** Resident memory of the process, from `/proc`: now, and the most there ever was. */
  rssBytes(): Promise<number>;
  peakRssBytes(): Promise<number>;
  /** User and system time so far, from `/proc`. */
  cpuSeconds(): Promise<number>;
  /** Value of `spillway_memory_used_bytes`. */
  usedBytes(): Promise<number>;
  /** Sum of `spillway_records_written_total`. */
  written(): Promise<number>;
  stop(): Promise<void>;
}

const KIB = 1024;
/** Of every Linux that Node.js runs on. */
const CLOCK_TICKS_PER_SECOND = 100;

/** Resolves when it answers. */
export async function startSpillway(options: SpillwayRunOptions): Promise<SpillwayRun> {
  const { target, folder } = options;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'connector.json');
  await writeFile(
    file,
    JSON.stringify({
      name: 'backlog',
      'connector.class': 'oss-sink',
      topics: options.topic,
      'consumer.start.offset': 'earliest',
      ...target.ossKeys,
      'oss.format': options.format,
      'invoke.timeout.ms': '20000',
      'linger.ms': '5000',
    }),
  );
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, [options.cli, 'run', file], {
    env: {
      ...process.env,
      SPILLWAY_BOOTSTRAP_SERVERS: options.bootstrapServers,
      SPILLWAY_LISTENERS: `http://127.0.0.1:${port}`,
      SPILLWAY_MEMORY_BUDGET_BYTES: String(options.budgetBytes),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-4_000)));
  const exited = once(child, 'exit').then(() => {
    ended = true;
    if (!stopping) console.error(`spillway ended by itself:\n${log}`);
  });
  let ended = false;
  let stopping = false;
  const metric = async (name: string) => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))].reduce((s, m) => s + Number(m[1]), 0);
  };
  const statusBytes = async (field: string) => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * KIB;
  };
  const answers = () =>
    metric('spillway_task_state').then(
      () => true,
      () => ended,
    );
  await waitFor(answers, { what: 'the metrics of spillway run' });
  return {
    get ended() {
      return ended;
    },
    rssBytes: () => statusBytes('VmRSS'),
    peakRssBytes: () => statusBytes('VmHWM'),
    async cpuSeconds() {
      const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8');
      // After the name in brackets: state is field 3, user and system time are 14 and 15.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_SECOND;
    },
    usedBytes: () => metric('spillway_memory_used_bytes'),
    written: () => metric('spillway_records_written_total'),
    async stop() {
      stopping = true;
      child.kill('SIGTERM');
      await exited;
    },
  };
}
