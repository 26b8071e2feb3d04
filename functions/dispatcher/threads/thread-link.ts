/** A thread as the main thread sees it.
 *
 *    new --start--> starting --ready--> serving --end--> ended
 *    starting --unable--> unable;  starting, serving --error or exit--> dead
 *  Calls may be made from `start` on; what has no answer when the thread ends is rejected. */
import { Worker } from 'node:worker_threads';
import { FatalError } from '../../../shared/errors.ts';
import { carriedError } from './carried-error.ts';
import type { ConnectorReport } from './connector-report.ts';
import type { FromThread, ThreadAnswer, ThreadCall, ThreadSeat, ToThread } from './messages.ts';

export interface ThreadEvents {
  reports(reports: readonly ConnectorReport[]): void;
  /** No task of the connector is left in this thread. */
  failed(connector: string, error: Error): void;
  log(line: string): void;
  /** `WORKER_THREAD_DIED`. */
  died(error: FatalError): void;
}

/** A started thread. */
export interface RunningThread {
  post(message: ToThread): void;
  terminate(): Promise<unknown>;
}

export interface ThreadListener {
  message(message: FromThread): void;
  /** An error that nobody caught. `exit` follows. */
  error(error: Error): void;
  exit(): void;
}

export type StartThread = (seat: ThreadSeat, listener: ThreadListener) => RunningThread;

/** Threads that run `program`, with the seat as `workerData.spillway` and a copy of the environment. */
export function threadsOf(program: string): StartThread {
  return (spillway, listener) => {
    const worker = new Worker(program, { name: `spillway-${spillway.index}`, workerData: { spillway } });
    worker.on('message', (message: FromThread) => listener.message(message));
    worker.on('error', (error) => listener.error(error));
    worker.on('exit', () => listener.exit());
    return { post: (message) => worker.postMessage(message), terminate: () => worker.terminate() };
  };
}

interface Pending {
  resolve(answer: ThreadAnswer): void;
  reject(error: Error): void;
}

export class ThreadLink {
  /** Settled when the thread serves, or could not be started. */
  readonly ready: Promise<void>;
  #settleReady: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  #thread: RunningThread | undefined;
  readonly #pending = new Map<number, Pending>();
  #nextId = 0;
  #longestStallMs = 0;
  /** Why it is over. */
  #over: Error | undefined;
  #uncaught: Error | undefined;

  constructor(
    readonly seat: ThreadSeat,
    private readonly startThread: StartThread,
    private readonly events: ThreadEvents,
  ) {
    this.ready = new Promise((resolve, reject) => (this.#settleReady = { resolve, reject }));
    // Who waits for it hears of it; often nobody does any more.
    this.ready.catch(() => undefined);
  }

  /** Of its event loop, as it told with its last answer. */
  get longestStallMs(): number {
    return this.#longestStallMs;
  }

  /** Whether it takes no calls any more. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  start(): void {
    this.#thread = this.startThread(this.seat, {
      message: (message) => this.#heard(message),
      error: (error) => {
        this.#uncaught = error;
      },
      exit: () => this.#exited(),
    });
  }

  /** @throws what the call threw in the thread, with its class, code and message; FatalError `WORKER_THREAD_DIED` */
  async ask(call: ThreadCall): Promise<ThreadAnswer> {
    if (this.#over !== undefined) throw this.#over;
    const thread = this.#thread;
    if (thread === undefined) throw new Error('the thread is not started');
    const id = this.#nextId++;
    return await new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      thread.post({ ...call, id });
    });
  }

  /** Ends the thread, whatever it does. Its clients must be closed before, if they shall be. */
  async end(): Promise<void> {
    this.#close(new Error('the thread was ended'));
    await this.#thread?.terminate();
  }

  /** Ends a thread that does not stop: to everybody else it died. */
  giveUp(reason: string): void {
    if (this.#over !== undefined) return;
    this.#die(reason);
    void this.#thread?.terminate();
  }

  #heard(message: FromThread): void {
    switch (message.say) {
      case 'ready':
        this.#settleReady.resolve();
        return;
      case 'unable':
        this.#close(carriedError(message.error));
        return;
      case 'answer':
      case 'refusal': {
        this.events.reports(message.reports);
        const pending = this.#pending.get(message.id);
        this.#pending.delete(message.id);
        if (message.say === 'refusal') {
          pending?.reject(carriedError(message.error));
          return;
        }
        this.#longestStallMs = message.longestStallMs;
        pending?.resolve(message.answer);
        return;
      }
      case 'reports':
        this.events.reports(message.reports);
        return;
      case 'failed':
        this.events.failed(message.connector, carriedError(message.error));
        return;
      case 'log':
        this.events.log(message.line);
        return;
      default:
        throw new Error(`unknown message ${JSON.stringify(message satisfies never)}`);
    }
  }

  #exited(): void {
    if (this.#over === undefined) this.#die(this.#uncaught?.message ?? 'it ended by itself');
  }

  #die(reason: string): void {
    const error = new FatalError(
      'WORKER_THREAD_DIED',
      `thread ${this.seat.index} of ${this.seat.threads} died: ${reason}; offsets stay, so start again`,
      this.#uncaught && { cause: this.#uncaught },
    );
    this.#close(error);
    this.events.died(error);
  }

  #close(reason: Error): void {
    this.#over ??= reason;
    this.#settleReady.reject(this.#over);
    for (const { reject } of this.#pending.values()) reject(this.#over);
    this.#pending.clear();
  }
}
