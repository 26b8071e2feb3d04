/** Programs of other languages, and where what they make is kept. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../kafka/cache-folder.ts';
import { boundByKernel } from '../supervise/bound-process.ts';

/** Why something cannot be had on this machine: `no go on this machine`. */
export interface Missing {
  readonly missing: string;
}

/** Tells what was found from the reason why it was not. */
export function isMissing(found: object): found is Missing {
  return 'missing' in found;
}

/** A program ended badly, or there is no such program. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  /** True where the program is not there at all. */
  readonly notFound: boolean;
  constructor(command: string, output: string, notFound: boolean) {
    super(notFound ? `no ${command} on this machine` : `${command} failed: ${output.trim().slice(-1_500)}`);
    this.notFound = notFound;
  }
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads from standard input; nothing by default. */
  readonly input?: string;
  /** Killed then; never by default. */
  readonly limitMs?: number;
}

const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

/** What a shell ends with when there is no such command. */
const NO_COMMAND = 127;

/** Runs a program to its end and resolves with what it printed to standard output. `env` is added to our own. On Linux it does not outlive us.
 *  @throws ToolError when it is not there, does not exit with 0, or not within its limit */
export async function runTool(command: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const { cwd, env = {}, input = '', limitMs = 0 } = options;
  const bound = boundByKernel(command, args);
  try {
    const running = promisify(execFile)(...(bound ?? ([command, args] as const)), {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, ...env },
      maxBuffer: MOST_OUTPUT_BYTES,
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    // A tool that reads nothing may be gone before it is told that there is nothing.
    running.child.stdin?.on('error', () => undefined).end(input);
    return (await running).stdout;
  } catch (error) {
    const failure = error as { code?: unknown; signal?: unknown; stderr?: string; stdout?: string; message?: string };
    const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}` || (failure.message ?? '');
    const isLate = limitMs > 0 && failure.signal === 'SIGKILL';
    const isMissing = failure.code === 'ENOENT' || (bound !== undefined && failure.code === NO_COMMAND);
    throw new ToolError(command, isLate ? `${output}\nkilled after ${limitMs} ms` : output, isMissing);
  }
}

/** `<cache>/foreign/<name>-<digest of what it is made from>`: other pins, other folder. */
export function foreignFolder(name: string, ...madeFrom: readonly (string | Buffer)[]): string {
  const digest = createHash('sha256');
  for (const part of madeFrom) digest.update(part).update('\0');
  return join(cacheFolder(process.env), 'foreign', `${name}-${digest.digest('hex').slice(0, 12)}`);
}
