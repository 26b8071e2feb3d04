import { MemoryBudget } from '../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics, type TaskState } from '../../functions/dispatcher/metrics.ts';
import type { TaskEvents } from '../../functions/dispatcher/task-contract.ts';
import { type SupervisedTask, type TaskStatus, TaskSupervisor } from '../../functions/dispatcher/task-supervisor.ts';
import { FatalError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { ManualClock, settle } from './manual-clock.ts';

export const noBucket = new FatalError('OSS_BUCKET_MISSING', 'no bucket', { mayHeal: true });
export const wrongAnswer = new FatalError('ANSWER_INVALID', 'version 7');

/** A task whose start and failures the test decides. */
export class FakeTask implements SupervisedTask {
  readonly isFinishing = false;
  state: TaskState = 'stopped';
  failure: FatalError | undefined;
  begun = false;
  paused = false;
  lifts = false;
  readonly partitionCount = 0;
  /** Resolves when it let go of everything. */
  letGo: () => void = () => undefined;
  #gone = Promise.resolve();

  constructor(
    private readonly starts: () => Promise<void>,
    private readonly events: Pick<TaskEvents, 'failed'>,
  ) {}

  async start(): Promise<void> {
    this.state = 'starting';
    try {
      await this.starts();
    } catch (error) {
      this.state = 'stopped';
      throw error;
    }
    if (this.state === 'starting') this.state = 'running';
  }

  begin(): void {
    this.begun = true;
  }

  fail(error: FatalError, holds = false): void {
    this.state = 'failed';
    this.failure = error;
    if (holds) {
      this.#gone = new Promise((resolve) => {
        this.letGo = resolve;
      });
    }
    this.events.failed(error);
  }

  async stop(): Promise<void> {
    if (this.state !== 'failed') this.state = 'stopped';
    await this.#gone;
  }

  flushAt(): void {
    throw new Error('not used here');
  }
  finishRead(): void {
    throw new Error('not used here');
  }
  abort(): void {
    throw new Error('not used here');
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  async resumeStopped(): Promise<void> {
    this.lifts = true;
  }
  waitingForPerson(): [] {
    return [];
  }
  nothingLeftToDo(): [] {
    return [];
  }
  partitions(): [] {
    return [];
  }
}

/** A supervisor over `FakeTask`s.
 *  @param starts how the starts of the tasks end, one after another; the last one stays
 *  @param beforeStart what is awaited before each but the first of `start` */
export function superviseFakes(
  starts: readonly (() => Promise<void>)[] = [async () => undefined],
  beforeStart: () => Promise<void> = async () => undefined,
) {
  const clock = new ManualClock();
  const tasks: FakeTask[] = [];
  const lines: object[] = [];
  const forGood: FatalError[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields) => lines.push(fields),
    error: () => undefined,
    child: () => logger,
  };
  const metrics = new Metrics(new MemoryBudget(0));
  const taskMetrics = metrics.task('c', 3, 'oss-sink');
  const changes: TaskStatus[] = [];
  const supervisor: TaskSupervisor = new TaskSupervisor({
    id: 3,
    make: (events) => {
      const task = new FakeTask(starts[Math.min(tasks.length, starts.length - 1)] ?? (async () => undefined), events);
      tasks.push(task);
      return task;
    },
    beforeStart,
    metrics: taskMetrics,
    clock,
    // The whole of each wait.
    random: () => 0.999_999_999,
    logger,
    failed: (error, restart) => restart ?? forGood.push(error),
    changed: () => changes.push(supervisor.status()),
  });
  const run = async (heals = true) => {
    await supervisor.start();
    supervisor.begin(heals);
  };
  const restarts = async () => {
    const found = /^spillway_task_restarts_total\{.*reason="OSS_BUCKET_MISSING"\} (\d+)$/m.exec(await metrics.render());
    return Number(found?.[1] ?? 0);
  };
  const advance = async (ms: number) => {
    await settle();
    await clock.advance(ms);
  };
  const ledger = taskMetrics.ledger('orders');
  return { supervisor, tasks, clock, advance, lines, forGood, changes, ledger, run, restarts };
}
