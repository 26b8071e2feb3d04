/** Worker processes under a supervisor: who dies is started again after a moment, as a service manager would. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BoundProcess, spawnBound } from '../../../infra/local/supervise/bound-process.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Closing } from './closing.ts';
import type { ConnectorSpec } from './topology.ts';
import type { WorkerSlot, Workers } from './world.ts';

const RESTART_AFTER_MS = 500;
const STOP_TIMEOUT_MS = 60_000;
const JOIN_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 100;
/** What a worker logs when a task has partitions. */
const ASSIGNED = 'partitions assigned';

export interface WorkersOptions {
  readonly program: string;
  /** See `moved-clock.ts`. */
  readonly movedClock: string;
  readonly bootstrapServers: string;
  readonly folder: string;
  readonly connectors: readonly (ConnectorSpec & { readonly config: Readonly<Record<string, string>> })[];
  readonly count: number;
}

/** Folder of the workers' logs: one file a process. */
export const logsFolder = (folder: string): string => join(folder, 'logs');

async function connectorFiles({ folder, connectors }: WorkersOptions): Promise<string[]> {
  const files: string[] = [];
  for (const { name, config } of connectors) {
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(config, null, 2));
    files.push(file);
  }
  return files;
}

/** Resolves when `file` holds `text`, or when the time is up. */
async function untilLogged(file: string, text: string, timeoutMs: number): Promise<void> {
  const giveUpAt = performance.now() + timeoutMs;
  while (performance.now() < giveUpAt && !(await readFile(file, 'utf8')).includes(text)) await sleep(LOOK_EVERY_MS);
}

class Slot implements WorkerSlot {
  readonly ends: string[] = [];
  #process: BoundProcess | undefined;
  #supervised = true;
  #life: Promise<void> = Promise.resolve();

  constructor(
    readonly index: number,
    private readonly spawn: (name: string) => Promise<BoundProcess>,
  ) {}

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  async restarted(pid: number | undefined): Promise<void> {
    await waitFor(() => this.pid !== undefined && this.pid !== pid, {
      what: `worker ${this.index} to be started again`,
    });
  }

  async start(): Promise<void> {
    await this.#spawn();
    this.#life = this.#supervise();
  }

  async stop(): Promise<void> {
    this.#supervised = false;
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const impatience = setTimeout(() => this.signal('SIGKILL'), STOP_TIMEOUT_MS);
    await this.#life;
    clearTimeout(impatience);
  }

  async #spawn(): Promise<void> {
    const life = String(this.ends.length + 1).padStart(3, '0');
    this.#process = await this.spawn(`worker-${this.index}-${life}`);
  }

  async #supervise(): Promise<void> {
    for (;;) {
      const end = await this.#process?.exited;
      this.#process = undefined;
      this.ends.push(end?.signal ?? `code ${end?.code}`);
      if (!this.#supervised) return;
      await sleep(RESTART_AFTER_MS);
      if (!this.#supervised) return;
      await this.#spawn();
    }
  }
}

/** Starts `count` of them. They are stopped by SIGTERM at the end. */
export async function startWorkers(options: WorkersOptions, closing: Closing): Promise<Workers> {
  const files = await connectorFiles(options);
  const logs = logsFolder(options.folder);
  await mkdir(logs, { recursive: true });
  const clockFile = join(options.folder, 'clock');
  let aheadMs = 0;
  await writeFile(clockFile, String(aheadMs));
  const env = [
    `SPILLWAY_FAULT_CLOCK=${clockFile}`,
    `SPILLWAY_BOOTSTRAP_SERVERS=${options.bootstrapServers}`,
    'SPILLWAY_LISTENERS=http://127.0.0.1:0',
    // With `debug` each request to Kafka is a line, and all lines are read again and again.
    `SPILLWAY_LOG_LEVEL=${process.env['SPILLWAY_LOG_LEVEL'] || 'info'}`,
    // Dead members must be missed soon.
    'SPILLWAY_SESSION_TIMEOUT_MS=6000',
    'SPILLWAY_METADATA_MAX_AGE_MS=3000',
    'SPILLWAY_SHUTDOWN_TIMEOUT_MS=10000',
  ];
  const spawn = (name: string) =>
    spawnBound('env', [...env, process.execPath, '--import', options.movedClock, options.program, 'run', ...files], {
      logFile: join(logs, `${name}.log`),
    });
  const slots = Array.from({ length: options.count }, (_, index) => new Slot(index, spawn));
  const extras = new Set<BoundProcess>();
  closing.push(async () => {
    for (const extra of extras) extra.kill('SIGKILL');
    await Promise.all([...slots.map((slot) => slot.stop()), ...[...extras].map(({ exited }) => exited)]);
  });
  for (const slot of slots) await slot.start();
  let extraStarts = 0;
  return {
    slots,
    async extra() {
      const name = `extra-${String(++extraStarts).padStart(3, '0')}`;
      const extra = await spawn(name);
      extras.add(extra);
      void extra.exited.then(() => extras.delete(extra));
      return {
        joined: () => untilLogged(join(logs, `${name}.log`), ASSIGNED, JOIN_TIMEOUT_MS),
        signal: (signal) => extra.kill(signal),
        exited: extra.exited,
      };
    },
    wake() {
      for (const slot of slots) slot.signal('SIGCONT');
      for (const extra of extras) extra.kill('SIGCONT');
    },
    async shiftClock(ms) {
      if (ms === aheadMs) return;
      aheadMs = ms;
      await writeFile(clockFile, String(ms));
    },
  };
}
