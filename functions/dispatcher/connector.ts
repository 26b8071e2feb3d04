/** A running connector: what its tasks share, and their life together. */

import { aborted } from '../../shared/aborted.ts';
import { type FatalError, toError } from '../../shared/errors.ts';
import type { ConsumerOptions, KafkaAdmin, KafkaProducer } from '../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { byPartition, type EndOffsets, endOffsets, untilCaughtUp } from './caught-up.ts';
import type { ConnectorDeps, ConnectorSpec, ConnectorStatus } from './connector-contract.ts';
import { type MadeTask, makeTask } from './make-task.ts';
import type { WaitingPartition } from './partition-reading.ts';
import { consumerOptions, taskIds } from './plan.ts';
import { prepareResources, resourcesOf } from './resources.ts';
import { type SeenLag, SeenLags, totalLag } from './seen-lags.ts';
import { TargetGate } from './target-gate/gate.ts';
import { TargetLook } from './target-look.ts';
import type { TaskSupervisor } from './task-supervisor.ts';

/** How often it is looked whether what was read is settled, after the last call. */
const FINISH_LOOK_MS = 50;

/** Begins with `start`, or with `join` and `begin`, whose failures are the caller's; or task by task, by `launch`, which is told of in events. Stop
 *  it once, also while `start` is pending. If `start` throws, call `stop` all the same: it closes what was opened. */
export class Connector {
  readonly name: string;
  /** By id. */
  readonly #tasks = new Map<number, MadeTask>();
  /** Taken out, and still letting go of what they hold. */
  readonly #leaving = new Set<MadeTask>();
  /** In front of the target, for all tasks. */
  readonly #gate: TargetGate;
  readonly #look: TargetLook;
  readonly #admin: KafkaAdmin;
  readonly #producer: KafkaProducer;
  readonly #consumer: ConsumerOptions;
  #ends: EndOffsets | undefined;
  #isPrepared = false;
  /** Under way for all tasks that wait for it. */
  #preparing: Promise<void> | undefined;
  #isPaused = false;
  readonly #stopping = new AbortController();
  readonly #lags: SeenLags;
  /** Why no task was started at first. */
  #refused: FatalError | undefined;
  /** Aborted when no task is left. */
  readonly #allFailed = new AbortController();

  constructor(
    private readonly spec: ConnectorSpec,
    private readonly deps: ConnectorDeps,
  ) {
    const { config, invoker } = spec;
    const { driver, admin, limits, logger, metrics, clock } = deps;
    this.name = config.name;
    this.#admin = admin ?? driver.admin();
    this.#producer = driver.producer();
    this.#consumer = consumerOptions(config, limits);
    this.#lags = new SeenLags(clock);
    this.#gate = this.#targetGate();
    this.#look = new TargetLook({ config, invoker, admin: this.#admin, logger, signal: this.#stopping.signal });
    metrics.targets.watch(config.name, this.#gate);
    for (const id of spec.taskIds ?? taskIds(config)) this.#add(id);
  }

  /** Checks and creates resources, then joins all tasks. With `untilCaughtUp` the end offsets of now become the goal.
   *  @throws FatalError when the cluster or its topics are not as they must be; RetriableError when it cannot be reached */
  async start(untilCaughtUp: boolean): Promise<void> {
    await this.#prepare();
    if (untilCaughtUp) this.#ends = await endOffsets(this.#admin, this.#consumer);
    const { lastCall } = this.spec;
    const joined = this.join(this.#ends && byPartition(this.#ends));
    // A group that still waits for a dead member gives out nothing in time: nobody needs to wait for that.
    await (lastCall === undefined ? joined : Promise.race([joined, aborted(lastCall)]));
    if (lastCall?.aborted) return;
    // A run that ends when it caught up must end, also by failing: whoever waits for it starts it again.
    this.begin(!untilCaughtUp);
  }

  /** The first half of `start`, when resources are prepared: looks at the target, joins all tasks. Where the target is not as it must be and
   *  that may heal, none joins, and all have failed when they `begin`: other connectors must not wait for this one's password.
   *  @param goal offsets to catch up to, by partition name
   *  @throws FatalError when the target, or what it would be given, is not as it must be, for as long as nobody changes the configuration */
  async join(goal: ReadonlyMap<string, number> | undefined): Promise<void> {
    this.#isPrepared = true;
    this.#refused = await this.#look.refusal();
    // Nobody would stop tasks that start now.
    if (this.#stopping.signal.aborted || this.#refused !== undefined) return;
    if (goal !== undefined) for (const task of this.#supervisors()) task.flushAt(goal);
    await Promise.all(this.#supervisors().map((task) => task.start()));
  }

  /** The second: all members of the group that start now have joined, so partitions may read.
   *  @param heals whether failed tasks are started again by themselves */
  begin(heals: boolean): void {
    if (this.#stopping.signal.aborted) return;
    for (const task of this.#supervisors()) task.begin(heals, this.#refused);
  }

  /** Of the tasks that run here, or try to. */
  get taskIds(): readonly number[] {
    return [...this.#tasks.keys()];
  }

  get taskCount(): number {
    return this.#tasks.size;
  }

  /** Starts those of these tasks that are not there, in the background: none reads before the others of one call have joined, or failed to. What
   *  keeps one from starting is its failure; it is tried again by itself where it may heal. */
  launch(ids: readonly number[]): void {
    if (this.#stopping.signal.aborted) return;
    const added = ids.filter((id) => !this.#tasks.has(id)).map((id) => this.#add(id).supervisor);
    void this.#startTogether(added);
  }

  /** Takes tasks out: they fence, drain, commit and leave, and what was counted of them goes with them. Of those that are not there nothing is. */
  async remove(ids: readonly number[]): Promise<void> {
    await Promise.all(ids.map(async (id) => (await this.#letGo(id))?.metrics.remove()));
  }

  /** Stops those of these tasks that are there, failed ones too, and starts them again as `launch` does. Resolves when they stopped. */
  async restart(ids: readonly number[]): Promise<void> {
    const here = ids.filter((id) => this.#tasks.has(id));
    await Promise.all(here.map((id) => this.#letGo(id)));
    this.launch(here);
  }

  /** As `Task.pause`, also for tasks that come later. */
  pause(): void {
    this.#isPaused = true;
    for (const task of this.#supervisors()) task.pause();
  }

  resume(): void {
    this.#isPaused = false;
    for (const task of this.#supervisors()) task.resume();
  }

  /** As `Task.resumeStopped`, in the background. */
  resumeStopped(): void {
    for (const task of this.#supervisors()) void task.resumeStopped();
  }

  /** Partitions that wait for a person, with nothing left to do until then. */
  nothingLeftToDo(): TopicPartition[] {
    return this.#supervisors().flatMap((task) => task.nothingLeftToDo());
  }

  /** Resolves when the goal of `start(true)` is reached: true when all of it is, false when the rest waits for a person, or for another run
   *  since the last call came.
   *  @throws the failure when every task failed; the signal's reason when aborted */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    if (this.#ends === undefined) throw new Error('start(true) comes first');
    const { lastCall } = this.spec;
    const either = AbortSignal.any([signal, this.#allFailed.signal]);
    const any = lastCall === undefined ? either : AbortSignal.any([either, lastCall]);
    const waiting = async () => this.nothingLeftToDo();
    const reached = untilCaughtUp(this.#admin, this.#consumer.groupId, this.#ends, waiting, this.deps.clock, any);
    if (lastCall === undefined) return await reached;
    const first = await Promise.race([reached.catch(failedUnless(lastCall)), aborted(lastCall)]);
    return first ?? (await this.#finishRead(either));
  }

  /** @throws as `caughtUp` */
  async #finishRead(signal: AbortSignal): Promise<false> {
    const tasks = this.#supervisors();
    for (const task of tasks) task.finishRead();
    while (tasks.some((task) => task.isFinishing)) await this.deps.clock.sleep(FINISH_LOOK_MS, signal);
    if (signal.aborted) throw signal.reason;
    return false;
  }

  /** Resolves with the failure that ended the last task, when none of them is started again by itself. */
  async failed(): Promise<unknown> {
    const { signal } = this.#allFailed;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return signal.reason;
  }

  /** Fences, drains, commits, leaves; closes everything. `abort` shortens it. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#all().map(({ supervisor }) => supervisor.stop()));
    const ownAdmin = this.deps.admin === undefined ? this.#admin : undefined;
    const closing = [this.#gate.close(), this.#producer.close(), ownAdmin?.close(), this.spec.claimCheck?.close()];
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === 'rejected') {
        this.deps.logger.warn({ reason: toError(result.reason).message }, 'closing a client');
      }
    }
  }

  /** Gives up what is under way; its records are read again by the next owner. */
  abort(): void {
    for (const { supervisor } of this.#all()) supervisor.abort();
  }

  /** Takes what was counted of it out of the metrics; after `stop`. */
  forget(): void {
    for (const { metrics } of this.#all()) metrics.remove();
    this.deps.metrics.targets.remove(this.name, this.#gate);
  }

  status(): ConnectorStatus {
    return {
      name: this.name,
      tasks: this.#supervisors().map((task) => task.status()),
      waiting: this.waiting(),
      lag: totalLag(this.lags()),
      totals: this.deps.metrics.totals(this.name),
    };
  }

  /** Partitions that wait for a person. */
  waiting(): WaitingPartition[] {
    return this.#supervisors().flatMap((task) => task.waitingForPerson());
  }

  /** By partition that was ever owned here. */
  lags(): ReadonlyMap<string, SeenLag> {
    for (const task of this.#supervisors()) for (const reading of task.partitions()) this.#lags.note(reading);
    return this.#lags.all;
  }

  #supervisors(): TaskSupervisor[] {
    return [...this.#tasks.values()].map(({ supervisor }) => supervisor);
  }

  #all(): MadeTask[] {
    return [...this.#tasks.values(), ...this.#leaving];
  }

  #prepare(): Promise<void> {
    const { config } = this.spec;
    this.#preparing ??= prepareResources(this.#admin, resourcesOf(config), this.deps.logger)
      .then(() => {
        this.#isPrepared = true;
      })
      .finally(() => {
        this.#preparing = undefined;
      });
    return this.#preparing;
  }

  #targetGate(): TargetGate {
    const { config, sink, invoker } = this.spec;
    const { clock, logger, memory, metrics } = this.deps;
    // Asked at every call.
    const partitions = () => {
      let sum = 0;
      for (const { supervisor } of this.#tasks.values()) sum += supervisor.partitionCount;
      return sum;
    };
    return new TargetGate({
      target: invoker,
      userFunction: sink.userFunction,
      admissions: [memory.room.of(config.name)],
      maximum: () => partitions() * config['max.in.flight.batches'],
      reduced: (reason) => metrics.targets.reduced(config.name, reason),
      clock,
      logger: logger.child({ connector: config.name }),
    });
  }

  #add(id: number): MadeTask {
    const made: MadeTask = makeTask(id, this.spec, this.deps, {
      consumer: this.#consumer,
      producer: this.#producer,
      invoker: this.#gate,
      released: (reading) => this.#lags.note(reading),
      beforeStart: async () => {
        if (!this.#isPrepared) await this.#prepare();
        await this.#look.look();
      },
      failedForGood: (error) => {
        if (this.#supervisors().every((task) => task.hasFailedForGood)) this.#allFailed.abort(error);
      },
    });
    this.#tasks.set(id, made);
    if (this.#isPaused) made.supervisor.pause();
    return made;
  }

  async #startTogether(tasks: readonly TaskSupervisor[]): Promise<void> {
    const joined = await Promise.all(tasks.map((task) => task.launch()));
    for (const [at, task] of tasks.entries()) if (joined[at]) task.begin(true);
  }

  async #letGo(id: number): Promise<MadeTask | undefined> {
    const made = this.#tasks.get(id);
    if (made === undefined) return undefined;
    this.#tasks.delete(id);
    this.#leaving.add(made);
    try {
      await made.supervisor.stop();
    } catch (thrown) {
      this.deps.logger.warn({ connector: this.name, task: id, reason: toError(thrown).message }, 'stopping a task');
    } finally {
      this.#leaving.delete(made);
    }
    return made;
  }
}

/** Passes a failure on, but for that of having waited until `lastCall`. */
function failedUnless(lastCall: AbortSignal): (thrown: unknown) => undefined {
  return (thrown) => {
    if (thrown !== lastCall.reason) throw thrown;
  };
}
