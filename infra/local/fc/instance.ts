/** One instance of a function: a process of its own, that takes calls and is killed when it breaks a limit or the server ends. */
import { appendFileSync, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BoundProcess, spawnBound } from '../supervise/bound-process.ts';
import { encodeFrame, FrameReader } from './frames.ts';
import type { DefinedFunction } from './function-definition.ts';
import { type FcAccount, instanceEnvironment } from './instance-environment.ts';
import type { InvocationContext } from './invocation-context.ts';
import { processMemory } from './process-memory.ts';

/** What came of a call, or of a start. */
export type InstanceAnswer =
  | { readonly kind: 'answered'; readonly body: Buffer }
  /** The handler threw; `body` is the platform's description of it. */
  | { readonly kind: 'failed'; readonly body: Buffer }
  /** The process ended before it answered. */
  | { readonly kind: 'gone' };

/** What came of a start. */
export type InstanceStart =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly stage: 'load' | 'initializer'; readonly body: Buffer }
  /** The initializer took longer than it may. */
  | { readonly kind: 'slow' }
  | { readonly kind: 'gone' };

/** Where the processes of both languages begin. */
const BOOTSTRAPS = {
  nodejs20: './node-bootstrap.mjs',
  'python3.10': './python-bootstrap.py',
} as const;

/** Of a function's memory: the rest is for what is not the heap. */
const HEAP_SHARE = 0.75;
const MEMORY_LOOKS_MS = 100;
/** Loading takes no longer on any machine. */
const LOAD_MS = 120_000;
/** Only what an instance started itself can keep its pipe open for longer. */
const LAST_WORDS_MS = 500;

function commandOf({ runtime, memoryMb }: DefinedFunction): [command: string, args: string[]] {
  const bootstrap = fileURLToPath(new URL(BOOTSTRAPS[runtime], import.meta.url));
  if (runtime === 'python3.10') return ['python3', ['-B', '-u', bootstrap]];
  return [process.execPath, [`--max-old-space-size=${Math.floor(memoryMb * HEAP_SHARE)}`, bootstrap]];
}

export interface InstanceOptions {
  readonly fn: DefinedFunction;
  readonly account: FcAccount;
  readonly id: string;
  /** Where its log is written, as `<id>.log`. */
  readonly logDir: string;
}

/** A process that runs a function. Start it once, then call it. */
export class Instance {
  readonly id: string;
  readonly logFile: string;
  readonly #options: InstanceOptions;
  readonly #process: BoundProcess;
  readonly #calls = new Map<string, (answer: InstanceAnswer) => void>();
  #started: (start: InstanceStart) => void = () => undefined;
  #startLimit: NodeJS.Timeout | undefined;
  #isGone = false;
  #isKilled = false;
  #peakMb = 0;

  private constructor(options: InstanceOptions, process: BoundProcess, logFile: string) {
    this.id = options.id;
    this.logFile = logFile;
    this.#options = options;
    this.#process = process;
    this.#listen();
    void this.#untilEnd();
  }

  /** Starts the process; nothing of the function is loaded yet. */
  static async spawn(options: InstanceOptions): Promise<Instance> {
    const { fn, account, id, logDir } = options;
    const logFile = join(logDir, `${id}.log`);
    const [command, args] = commandOf(fn);
    const env = instanceEnvironment(fn, account, id);
    const process = await spawnBound(command, args, { logFile, env, cwd: fn.code, channel: true });
    return new Instance(options, process, logFile);
  }

  /** True when the process ended, or is about to. */
  get isEnding(): boolean {
    return this.#isGone || this.#isKilled;
  }

  /** The most memory it held so far, in MB; 0 where that is not known. */
  get peakMb(): number {
    this.#peakMb = Math.max(this.#peakMb, this.#isGone ? 0 : processMemory(this.#process.pid).peakMb);
    return this.#peakMb;
  }

  /** Loads the function and runs its initializer. Kills the process where that takes longer than it may. */
  start(context: InvocationContext): Promise<InstanceStart> {
    const { code: folder, handler, initializer } = this.#options.fn;
    return new Promise((resolve) => {
      if (this.#isGone) return resolve({ kind: 'gone' });
      this.#started = resolve;
      this.#startLimit = setTimeout(() => this.kill(), LOAD_MS);
      this.#send({ type: 'start', folder, handler, initializer: initializer?.handler, context });
    });
  }

  /** Runs the handler. Kills the process where it holds more memory than the function may. */
  async call(event: Buffer, context: InvocationContext): Promise<InstanceAnswer> {
    if (this.#isGone) return { kind: 'gone' };
    const { requestId: id } = context;
    const answered = new Promise<InstanceAnswer>((resolve) => this.#calls.set(id, resolve));
    const watching = setInterval(() => this.#checkMemory(), MEMORY_LOOKS_MS);
    this.#send({ type: 'call', id, context }, event);
    try {
      return await answered;
    } finally {
      clearInterval(watching);
      this.#calls.delete(id);
    }
  }

  /** Adds a line to its log, as the platform does. */
  note(line: string): void {
    appendFileSync(this.logFile, `${line}\n`);
  }

  /** Bytes in its log so far. */
  get logBytes(): number {
    return statSync(this.logFile).size;
  }

  /** Its log from a byte on, at most the last `most` bytes of that. */
  logFrom(start: number, most: number): Buffer {
    const log = openSync(this.logFile, 'r');
    try {
      const { size } = fstatSync(log);
      const from = Math.max(start, size - most);
      const bytes = Buffer.alloc(Math.max(0, size - from));
      return bytes.subarray(0, readSync(log, bytes, 0, bytes.length, from));
    } finally {
      closeSync(log);
    }
  }

  /** Ends it and what it started. */
  kill(): void {
    if (this.isEnding) return;
    this.#peakMb = this.peakMb;
    this.#isKilled = true;
    try {
      // It leads a group of its own.
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      this.#process.kill('SIGKILL');
    }
  }

  /** Resolves when the process is gone. */
  async ended(): Promise<void> {
    await this.#process.exited;
  }

  #checkMemory(): void {
    const { nowMb, peakMb } = processMemory(this.#process.pid);
    this.#peakMb = Math.max(this.#peakMb, peakMb);
    if (nowMb > this.#options.fn.memoryMb) this.kill();
  }

  #limitInitializer(): void {
    const { timeoutS = 0 } = this.#options.fn.initializer ?? {};
    clearTimeout(this.#startLimit);
    this.#startLimit = setTimeout(() => {
      this.#started({ kind: 'slow' });
      this.kill();
    }, timeoutS * 1000);
  }

  #send(header: object, body?: Buffer): void {
    for (const piece of encodeFrame(header, body)) this.#process.channel?.write(piece);
  }

  #listen(): void {
    const { channel } = this.#process;
    const reader = new FrameReader();
    channel?.on('data', (chunk: Buffer) => {
      for (const { header, body } of reader.push(chunk)) this.#take(header, Buffer.from(body));
    });
    // Its end is told by the process's own.
    channel?.on('error', () => undefined);
  }

  #take(header: Readonly<Record<string, unknown>>, body: Buffer): void {
    const { type, id, failed, stage } = header;
    switch (type) {
      case 'loaded':
        this.#limitInitializer();
        break;
      case 'ready':
        clearTimeout(this.#startLimit);
        this.#started({ kind: 'ready' });
        break;
      case 'failed':
        this.#started({ kind: 'failed', stage: stage === 'initializer' ? 'initializer' : 'load', body });
        break;
      case 'answered':
        this.#calls.get(String(id))?.({ kind: failed === true ? 'failed' : 'answered', body });
        break;
      default:
        throw new Error(`instance ${this.id} said ${JSON.stringify(header)}, which is not known`);
    }
  }

  /** What it said last may come after the news of its end. */
  async #untilEnd(): Promise<void> {
    const { channel, exited } = this.#process;
    const said = new Promise((resolve) => channel?.once('close', resolve));
    await exited;
    await Promise.race([said, sleep(LAST_WORDS_MS)]);
    this.#isGone = true;
    clearTimeout(this.#startLimit);
    this.#process.channel?.destroy();
    this.#started({ kind: 'gone' });
    for (const answer of this.#calls.values()) answer({ kind: 'gone' });
  }
}
