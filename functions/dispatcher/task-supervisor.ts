/** Keeps one task of a connector going: a task whose failure may heal is replaced by a new one, after a wait that doubles.
 *
 *    running --failure that may heal--> waiting --next try--> starting --joined--> running
 *                                          ^---failure that may heal---'
 *    any of them --another failure--> failed for good;  any of them --stop--> stopped
 *  It begins with `start`, whose failures are the caller's, or with `launch`, in `starting`.
 *
 *  A failed task left the group, so meanwhile its partitions are with the connector's other tasks. A new one is made only when the old
 *  one has ended: at no time do two of the same id hold records, and its ledger goes on. */
import { aborted } from '../../shared/aborted.ts';
import { backoffMs } from '../../shared/backoff.ts';
import type { Clock } from '../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import { firstSignal } from '../../shared/first-signal.ts';
import type { Logger } from '../../shared/logger.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { TimeLimit } from '../../shared/time-limit.ts';
import type { PartitionReading, TaskMetrics, TaskReadings, TaskState } from './metrics.ts';
import type { Task } from './task.ts';
import type { TaskEvents } from './task-contract.ts';

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
  readonly restart?: PlannedRestart;
}

/** The next try of a task that failed. */
export interface PlannedRestart {
  readonly attempt: number;
  /** Epoch ms. */
  readonly atMs: number;
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
  | 'pause'
  | 'resume'
  | 'resumeStopped'
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
  /** Awaited before each start but that of `start`; what it throws is as if the task could not start. */
  readonly beforeStart: () => Promise<void>;
  readonly metrics: TaskMetrics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** The task failed, or could not start; without `restart` nothing starts it again. */
  readonly failed: (error: FatalError, restart: PlannedRestart | undefined) => void;
  /** What `status` says may be another. */
  readonly changed: () => void;
}

export class TaskSupervisor implements TaskReadings {
  #task: SupervisedTask;
  #failure: FatalError | undefined;
  #restart: PlannedRestart | undefined;
  /** Before the next try. */
  #wait: TimeLimit;
  /** Whether failures of the present task are acted on: while it starts, `start` tells of them. */
  #begun = false;
  #heals = false;
  #paused = false;
  /** Stops are to be lifted by the task that begins next. */
  #lifts = false;
  #attempts = 0;
  #runningSince = 0;
  #settledBefore = 0;
  readonly #stopped = new AbortController();
  #stopping: Promise<void> | undefined;
  /** What tries to start it. */
  #starting: Promise<unknown> | undefined;

  constructor(private readonly deps: TaskSupervisorDeps) {
    this.#wait = new TimeLimit(deps.clock, 0);
    this.#task = this.#make();
    deps.metrics.watch(this);
  }

  get state(): TaskState {
    if (this.#failure !== undefined) return 'failed';
    return this.#paused && this.#task.state === 'running' ? 'paused' : this.#task.state;
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

  /** A start that nobody watches: what keeps it from starting is as a failure later, and leads to a restart where it may heal. Resolves when the
   *  first try is over: true when it joined, and waits for `begin`. Never rejects. */
  launch(): Promise<boolean> {
    this.#heals = true;
    const launched = this.#launch();
    this.#starting = launched;
    this.deps.changed();
    return launched;
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

  /** As `Task.pause`, also for what replaces this task. */
  pause(): void {
    this.#paused = true;
    this.#task.pause();
    this.deps.changed();
  }

  resume(): void {
    this.#paused = false;
    this.#task.resume();
    this.deps.changed();
  }

  /** As `Task.resumeStopped`; while none runs, of the next one that does. */
  resumeStopped(): Promise<void> {
    this.#lifts = !this.#begun || this.#failure !== undefined;
    return this.#task.resumeStopped();
  }

  /** As `Task.stop`; a restart that is due is not made any more. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
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

  async #stop(): Promise<void> {
    this.#stopped.abort(new Error('task stopped'));
    this.#restart = undefined;
    await this.#task.stop();
    await this.#starting;
  }

  #make(): SupervisedTask {
    this.#begun = false;
    const task = this.deps.make({
      failed: (error) => {
        if (this.#begun) this.#failed(error);
      },
    });
    if (this.#lifts) void task.resumeStopped();
    return task;
  }

  #begin(): void {
    if (this.#stopped.signal.aborted) return;
    this.#begun = true;
    // It may have failed since it joined.
    if (this.#task.failure !== undefined) {
      this.#failed(this.#task.failure);
      return;
    }
    this.#failure = undefined;
    this.#restart = undefined;
    this.#lifts = false;
    this.#runningSince = this.deps.clock.now();
    this.#settledBefore = this.deps.metrics.settled();
    if (this.#paused) this.#task.pause();
    this.#task.begin();
    this.deps.changed();
  }

  #failed(error: FatalError): void {
    const { clock, metrics } = this.deps;
    const recovered = clock.now() - this.#runningSince >= RECOVERED_AFTER_MS && metrics.settled() > this.#settledBefore;
    if (recovered) this.#attempts = 0;
    if (this.#plan(error)) this.#starting = this.#untilRunning();
  }

  /** Notes a failure and when to try again. False when that is never. */
  #plan(error: FatalError): boolean {
    const { clock, random, logger } = this.deps;
    this.#failure = error;
    this.#restart = undefined;
    if (this.#stopped.signal.aborted) return false;
    if (!this.#heals || !error.mayHeal) {
      this.deps.failed(error, undefined);
      this.deps.changed();
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
    this.deps.failed(error, this.#restart);
    this.deps.changed();
    return true;
  }

  async #launch(): Promise<boolean> {
    try {
      await this.#try(() => this.#task);
      return true;
    } catch (thrown) {
      if (!this.#gaveUp(thrown)) this.#starting = this.#untilRunning();
      return false;
    }
  }

  /** @throws what kept it from starting; anything once it is stopped */
  async #try(task: () => SupervisedTask): Promise<void> {
    const { signal } = this.#stopped;
    // A cluster that does not answer must not keep a stop waiting.
    const ended = firstSignal([signal]);
    await Promise.race([this.deps.beforeStart(), aborted(ended.signal)]).finally(ended.release);
    signal.throwIfAborted();
    this.#task = task();
    await this.#task.start();
    signal.throwIfAborted();
  }

  /** Whether what a try threw was the last one. */
  #gaveUp(thrown: unknown): boolean {
    if (this.#stopped.signal.aborted) return true;
    const failure = asFailure(thrown);
    if (this.#plan(failure)) return false;
    const { code, message } = failure;
    this.deps.logger.error({ code, reason: message }, 'the task could not start; nothing starts it again by itself');
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
        await this.#try(() => this.#make());
      } catch (thrown) {
        if (this.#gaveUp(thrown)) return;
        continue;
      }
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
