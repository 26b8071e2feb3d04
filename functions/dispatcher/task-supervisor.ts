/** Keeps one task of a connector going: a task whose failure may heal is replaced by a new one, after a wait that doubles.
 *
 *    running --failure that may heal--> waiting --next try--> starting --joined--> running
 *                                          ^---failure that may heal---'
 *    any of them --another failure--> failed for good;  any of them --stop--> stopped
 *
 *  A failed task left the group, so meanwhile its partitions are with the connector's other tasks. A new one is made only when the old
 *  one has ended: at no time do two of the same id hold records, and its ledger goes on. */
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { TimeLimit } from '../../shared/time-limit.ts';
import type { PartitionReading, TaskMetrics, TaskReadings, TaskState } from './metrics.ts';
import type { Task, TaskEvents } from './task.ts';

/** Ceilings of the first wait and of every wait. */
const RESTART_BACKOFF = { baseMs: 1_000, maxMs: 300_000 };
/** A task that ran for so long, and settled something, had recovered: its next failure is a first one. Less proves nothing: one of its
 *  partitions may work while another makes it fail each time, and every restart is a rebalance for all. */
const RECOVERED_AFTER_MS = 60_000;

export interface TaskStatus {
  readonly id: number;
  readonly state: TaskState;
  /** Why it failed; absent again when it runs. */
  readonly failure?: { readonly code: string; readonly message: string; readonly trace: string };
  /** When it is started again by itself; absent where a person must do something. */
  readonly restart?: { readonly attempt: number; readonly atMs: number };
}

/** What is used of a task. */
export type SupervisedTask = Pick<
  Task,
  | 'state'
  | 'failure'
  | 'partitionCount'
  | 'start'
  | 'begin'
  | 'flushAt'
  | 'finishRead'
  | 'isFinishing'
  | 'stop'
  | 'abort'
  | 'waitingForPerson'
  | 'nothingLeftToDo'
> & {
  partitions(): Iterable<PartitionReading>;
};

export interface TaskSupervisorDeps {
  readonly id: number;
  /** Called for the first task, and for each that replaces one. */
  readonly make: (events: Pick<TaskEvents, 'failed'>) => SupervisedTask;
  /** Awaited before each task that replaces one; what it throws is as if the task could not start. */
  readonly beforeRestart: () => Promise<void>;
  readonly metrics: TaskMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** The task failed, and is not started again. */
  readonly failedForGood: (error: FatalError) => void;
}

export class TaskSupervisor implements TaskReadings {
  #task: SupervisedTask;
  #failure: FatalError | undefined;
  #restart: { readonly attempt: number; readonly atMs: number } | undefined;
  /** Before the next try. */
  #wait: TimeLimit;
  /** Whether failures of the present task are acted on: while it starts, `start` tells of them. */
  #begun = false;
  #heals = false;
  #attempts = 0;
  #runningSince = 0;
  #settledBefore = 0;
  readonly #stopped = new AbortController();
  #restarting: Promise<void> | undefined;

  constructor(private readonly deps: TaskSupervisorDeps) {
    this.#wait = new TimeLimit(deps.clock, 0);
    this.#task = this.#make();
    deps.metrics.watch(this);
  }

  get state(): TaskState {
    return this.#failure === undefined ? this.#task.state : 'failed';
  }

  /** Whether it failed and nothing starts it again. */
  get hasFailedForGood(): boolean {
    return this.#failure !== undefined && this.#restart === undefined;
  }

  get partitionCount(): number {
    return this.#task.partitionCount;
  }

  /** As `Task.start`. The first start heals nothing: a person is watching. */
  start(): Promise<void> {
    return this.#task.start();
  }

  /** As `Task.begin`. From now on, with `heals`, a failure that may heal leads to a restart.
   *  @param refused why the task was not started: it has failed with that */
  begin(heals: boolean, refused?: FatalError): void {
    this.#heals = heals;
    if (refused === undefined) this.#begin();
    else this.#failed(refused);
  }

  flushAt(targets: ReadonlyMap<string, number>): void {
    this.#task.flushAt(targets);
  }

  finishRead(): void {
    this.#task.finishRead();
  }

  get isFinishing(): boolean {
    return this.#task.isFinishing;
  }

  /** As `Task.stop`; a restart that is due is not made any more. */
  async stop(): Promise<void> {
    this.#stopped.abort(new Error('task stopped'));
    this.#restart = undefined;
    await this.#task.stop();
    await this.#restarting;
  }

  abort(): void {
    this.#task.abort();
  }

  status(): TaskStatus {
    const failure = this.#failure;
    return {
      id: this.deps.id,
      state: this.state,
      ...(failure && {
        failure: { code: failure.code, message: failure.message, trace: failure.stack ?? failure.message },
      }),
      ...(this.#restart && { restart: this.#restart }),
    };
  }

  waitingForPerson(): (TopicPartition & { readonly reason: string })[] {
    return this.#task.waitingForPerson();
  }

  nothingLeftToDo(): TopicPartition[] {
    return this.#task.nothingLeftToDo();
  }

  partitions(): Iterable<PartitionReading> {
    return this.#task.partitions();
  }

  #make(): SupervisedTask {
    this.#begun = false;
    return this.deps.make({
      failed: (error) => {
        if (this.#begun) this.#failed(error);
      },
    });
  }

  #begin(): void {
    this.#begun = true;
    // It may have failed since it joined.
    if (this.#task.failure !== undefined) {
      this.#failed(this.#task.failure);
      return;
    }
    this.#failure = undefined;
    this.#restart = undefined;
    this.#runningSince = this.deps.clock.now();
    this.#settledBefore = this.deps.metrics.settled();
    this.#task.begin();
  }

  #failed(error: FatalError): void {
    const { clock, metrics } = this.deps;
    const recovered = clock.now() - this.#runningSince >= RECOVERED_AFTER_MS && metrics.settled() > this.#settledBefore;
    if (recovered) this.#attempts = 0;
    if (this.#plan(error)) this.#restarting = this.#untilRunning();
  }

  /** Notes a failure and when to try again. False when that is never. */
  #plan(error: FatalError): boolean {
    const { clock, random, logger } = this.deps;
    this.#failure = error;
    this.#restart = undefined;
    if (this.#stopped.signal.aborted) return false;
    if (!this.#heals || !error.mayHeal) {
      this.deps.failedForGood(error);
      return false;
    }
    const attempt = ++this.#attempts;
    const waitMs = backoffMs(attempt, RESTART_BACKOFF, random);
    this.#wait = new TimeLimit(clock, waitMs);
    this.#restart = { attempt, atMs: clock.now() + waitMs };
    logger.warn(
      { code: error.code, reason: error.message, attempt, waitMs },
      'the task is started again by itself: the cause may be gone then',
    );
    return true;
  }

  /** Tries until a task runs, failed for good, or is stopped. Never rejects. */
  async #untilRunning(): Promise<void> {
    const { clock, logger } = this.deps;
    const { signal } = this.#stopped;
    for (;;) {
      // Until the old one let go of its records and left the group.
      await this.#task.stop();
      // Rejects only when stopped.
      await clock.sleep(this.#wait.leftMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      this.deps.metrics.restarted(this.#failure?.code ?? 'UNCLASSIFIED');
      try {
        await this.deps.beforeRestart();
        if (signal.aborted) return;
        this.#task = this.#make();
        await this.#task.start();
      } catch (thrown) {
        if (signal.aborted || !this.#plan(asFailure(thrown))) return;
        continue;
      }
      if (signal.aborted) return;
      logger.info({ attempt: this.#attempts }, 'the task runs again');
      this.#begin();
      return;
    }
  }
}

/** What a start threw. A broker that is away comes back; what nobody foresaw is not tried for ever. */
function asFailure(thrown: unknown): FatalError {
  if (thrown instanceof FatalError) return thrown;
  const error = toError(thrown);
  if (thrown instanceof RetriableError) {
    return new FatalError(thrown.code, thrown.message, { cause: thrown, mayHeal: true });
  }
  return new FatalError('UNCLASSIFIED', `unexpected: ${error.message}`, { cause: error });
}
