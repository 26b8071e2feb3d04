/** One process of a search server: start, wait until it answers, kill. */
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BoundProcess, spawnBound } from '../supervise/bound-process.ts';
import { LocalSearchError } from './errors.ts';
import { type NodeCommand, nodeFolders } from './node-files.ts';
import { type SearchAddress, searchRequest } from './search-request.ts';
import { serverUser } from './server-user.ts';

/** The longest that a start may take: twelve seconds on a quiet machine, and one that is busy or cold must not fail for that. */
export const START_TIMEOUT_MS = 180_000;
/** An orderly end takes less than a second. */
const ORDERLY_END_TIMEOUT_MS = 60_000;
/** For a launcher to notice that its server is gone. */
const LAUNCHER_END_TIMEOUT_MS = 10_000;
const LOOK_EVERY_MS = 50;
const LOG_TAIL_CHARACTERS = 4_000;

export interface SearchNodeOptions {
  /** For messages. */
  readonly name: string;
  readonly dir: string;
  readonly command: NodeCommand;
}

/** How a server that answers is reached, and what it says of itself. */
export interface ReadyNode {
  readonly port: number;
  readonly version: string;
  /** Of the server's own process, whatever launched it. */
  readonly pid: number;
}

interface LocalNodes {
  readonly nodes: Readonly<Record<string, { readonly version: string; readonly process: { readonly id: number } }>>;
}

export class SearchNode {
  readonly #options: SearchNodeOptions;
  readonly #logFile: string;
  #process: BoundProcess | undefined;
  #serverPid: number | undefined;

  constructor(options: SearchNodeOptions) {
    this.#options = options;
    this.#logFile = join(options.dir, 'server.log');
  }

  /** What the process printed since its last start. */
  async logs(): Promise<string> {
    return existsSync(this.#logFile) ? await readFile(this.#logFile, 'utf8') : '';
  }

  /** Starts the process and resolves when it takes requests and its indices are there.
   *  @param reach makes an address of the port that it took
   *  @throws LocalSearchError */
  async start(reach: (port: number) => SearchAddress): Promise<ReadyNode> {
    const { command, name } = this.#options;
    await rm(this.#logFile, { force: true });
    const user = serverUser();
    const started = await spawnBound(command.command, command.args, {
      logFile: this.#logFile,
      env: command.env,
      cwd: command.cwd,
      ...(user === undefined ? {} : { user }),
    });
    this.#process = started;
    this.#serverPid = undefined;
    let ended = false;
    void started.exited.then(() => {
      ended = true;
      if (this.#process === started) this.#process = undefined;
    });
    const giveUpAt = performance.now() + START_TIMEOUT_MS;
    for (;;) {
      const ready = await this.#look(reach);
      if (ready !== undefined) {
        this.#serverPid = ready.pid;
        return ready;
      }
      if (ended) throw await this.#failure(`${name} ended before it was ready`);
      if (performance.now() > giveUpAt) {
        await this.kill('SIGKILL');
        throw await this.#failure(`${name} was not ready within ${START_TIMEOUT_MS / 1_000} s`);
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Sends `signal` to the server and resolves when all of it is gone. Not running: does nothing. */
  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#process;
    if (running === undefined) return;
    // A launcher ends after its server and waits for it: what ends in another order may leave the server behind for a while.
    const pid = signal === 'SIGKILL' ? (this.#serverPid ?? -running.pid) : running.pid;
    send(pid, signal);
    const patienceMs = signal === 'SIGKILL' ? LAUNCHER_END_TIMEOUT_MS : ORDERLY_END_TIMEOUT_MS;
    const impatience = setTimeout(() => send(-running.pid, 'SIGKILL'), patienceMs);
    await running.exited;
    clearTimeout(impatience);
  }

  /** One look at a process that is starting; undefined while it is not ready. */
  async #look(reach: (port: number) => SearchAddress): Promise<ReadyNode | undefined> {
    const ports = await readFile(join(nodeFolders(this.#options.dir).logs, 'http.ports'), 'utf8').catch(() => '');
    const port = Number(/127\.0\.0\.1:(\d+)/.exec(ports)?.[1]);
    if (Number.isNaN(port)) return undefined;
    try {
      const address = reach(port);
      const health = await searchRequest(address, 'GET', '/_cluster/health?wait_for_status=yellow&timeout=1s');
      if (health.status !== 200) return undefined;
      const { body } = await searchRequest(address, 'GET', '/_nodes/_local/process');
      const [node] = Object.values((body as LocalNodes).nodes);
      return node === undefined ? undefined : { port, version: node.version, pid: node.process.id };
    } catch {
      // It does not listen yet, or not any more: which of the two is told by the process.
      return undefined;
    }
  }

  async #failure(what: string): Promise<LocalSearchError> {
    const log = await this.logs();
    return new LocalSearchError(`${what}. End of its log:\n${log.slice(-LOG_TAIL_CHARACTERS)}`);
  }
}

/** Signals a process, or with a negative number all of a group; one that is gone already is no error. */
function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
