/** Child processes that never outlive the process that started them, not even when that one is killed with SIGKILL. */
import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface BoundProcess {
  readonly pid: number;
  /** Resolves once, when the process is gone. */
  readonly exited: Promise<ProcessExit>;
  /** Sends a signal; does nothing when the process is gone. */
  kill(signal: NodeJS.Signals): void;
  /** Our end of the child's file descriptor 3, where `channel` was asked for. */
  readonly channel: Socket | undefined;
}

export interface ProcessUser {
  readonly uid: number;
  readonly gid: number;
}

export interface BoundProcessOptions {
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where it runs. Default: where we do. */
  readonly cwd?: string;
  /** Who it runs as, in no other groups; only root may name one. Default: who we are. */
  readonly user?: ProcessUser;
  /** Gives the child a pipe of two ways, as its file descriptor 3. Default: none. */
  readonly channel?: boolean;
}

/** Reads its standard input, which ends when the process that holds the other end dies in whatever way, then kills `argv[1]`. */
const WATCHER = `process.stdin.on('end', () => {
  try { process.kill(Number(process.argv[1]), 'SIGKILL'); } catch (error) { process.exitCode = error.code === 'ESRCH' ? 0 : 1; }
}).resume();`;

/** Runs the rest of its arguments if its parent is still the process that `$1` names: one that died before the kernel was asked for its
 *  death signal will never cause one. */
const IF_PARENT_LIVES = '[ "$PPID" = "$1" ] || exit 1; shift; exec "$@"';

/** Runs its arguments when told so on standard input; ends when that ends without a word, because nobody watches it yet. */
const WHEN_WATCHED = 'read -r go || exit 1; exec "$@" </dev/null';

const alive = new Set<ChildProcess>();
let exitHookInstalled = false;
let setprivUsable: boolean | undefined;

function killAllAtExit(): void {
  if (exitHookInstalled) return;
  exitHookInstalled = true;
  // Before others remove the folders that they write to.
  process.prependListener('exit', () => {
    for (const child of alive) killGroup(child);
  });
}

/** Kills a child and what it started: each leads a group of its own. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** True where util-linux' `setpriv` can ask the kernel to kill a child when its parent dies (busybox' cannot). */
function canBindByKernel(): boolean {
  setprivUsable ??=
    process.platform === 'linux' &&
    spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true'], { stdio: 'ignore' }).status === 0;
  return setprivUsable;
}

/** Resolves when `child` will be killed whenever this process ends. */
async function watch(child: ChildProcess): Promise<void> {
  const watcher = spawn(process.execPath, ['-e', WATCHER, String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.once('exit', () => watcher.kill('SIGKILL'));
  await once(watcher, 'spawn');
  watcher.unref();
}

function stdioOf(input: 'ignore' | 'pipe', log: number, { channel = false }: BoundProcessOptions): StdioOptions {
  return [input, log, log, ...(channel ? (['pipe'] as const) : [])];
}

/** A command that does not outlive us, for who starts it as a child of their own: killed by the kernel when the thread that starts it ends.
 *  Undefined where the kernel cannot. Ends with code 127 where there is no such command. */
export function boundByKernel(command: string, args: readonly string[]): readonly [string, string[]] | undefined {
  return canBindByKernel() ? ['setpriv', ['--pdeathsig', 'KILL', ...ifParentLives(command, args)]] : undefined;
}

function ifParentLives(command: string, args: readonly string[]): string[] {
  return ['/bin/sh', '-c', IF_PARENT_LIVES, 'sh', String(process.pid), command, ...args];
}

function spawnBoundByKernel(command: string, args: readonly string[], log: number, options: BoundProcessOptions) {
  const checked = ifParentLives(command, args);
  const { user, env, cwd } = options;
  // By the same call: the kernel forgets the death signal of a process that changes its user.
  const identity = user === undefined ? [] : [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'];
  const stdio = stdioOf('ignore', log, options);
  return spawn('setpriv', [...identity, '--pdeathsig', 'KILL', ...checked], { detached: true, stdio, env, cwd });
}

function spawnWaiting(command: string, args: readonly string[], log: number, options: BoundProcessOptions) {
  const { user, env, cwd } = options;
  const stdio = stdioOf('pipe', log, options);
  return spawn('/bin/sh', ['-c', WHEN_WATCHED, 'sh', command, ...args], { detached: true, stdio, env, cwd, ...user });
}

/** Starts `command` so that it dies with us: by the kernel's parent-death signal on Linux (bound to the thread that calls),
 *  by a small watching process elsewhere, and by a hook when we exit in order. It gets a session of its own, so that Ctrl-C
 *  in a terminal reaches us alone and we stop it in our order. A command that does not exist ends with code 127.
 *  @throws Error as `spawn` emits it when no process could be started at all */
export async function spawnBound(
  command: string,
  args: readonly string[],
  options: BoundProcessOptions,
): Promise<BoundProcess> {
  killAllAtExit();
  const byKernel = canBindByKernel();
  const log = openSync(options.logFile, 'a');
  const child = (byKernel ? spawnBoundByKernel : spawnWaiting)(command, args, log, options);
  closeSync(log);
  alive.add(child);
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => {
      alive.delete(child);
      resolve({ code, signal });
    });
  });
  try {
    await once(child, 'spawn');
    if (!byKernel) await watch(child);
  } catch (error) {
    alive.delete(child);
    child.kill('SIGKILL');
    throw error;
  }
  child.stdin?.end('go\n');
  const channel = child.stdio[3];
  return {
    pid: child.pid ?? -1,
    exited,
    kill: (signal) => void child.kill(signal),
    channel: channel instanceof Socket ? channel : undefined,
  };
}
