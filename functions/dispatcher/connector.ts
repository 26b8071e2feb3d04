/** A running connector: what its tasks share, and their life together. */

import { aborted } from '../../shared/aborted.ts';
import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import type { Clock } from '../../shared/clock.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { ConsumerOptions, KafkaAdmin, KafkaDriver, KafkaProducer } from '../../shared/kafka/driver.ts';
import { createErrorTopicWriter } from '../../shared/kafka/error-topic.ts';
import type { Logger } from '../../shared/logger.ts';
import { partitionName, type TopicPartition } from '../../shared/records.ts';
import type { PeriodOf, SinkDefinition, WindowOf } from '../../shared/sink.ts';
import { byPartition, type EndOffsets, endOffsets, untilCaughtUp } from './caught-up.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { Ledger } from './ledger.ts';
import type { WorkerMemory } from './memory/worker-memory.ts';
import type { Metrics, PartitionReading } from './metrics.ts';
import { pipelineDeps } from './pipeline-deps.ts';
import { consumerOptions, taskIds, type WorkerLimits } from './plan.ts';
import { prepareResources, resourcesOf, topicSizes } from './resources.ts';
import { TargetGate } from './target-gate/gate.ts';
import { Task } from './task.ts';
import { type TaskStatus, TaskSupervisor } from './task-supervisor.ts';

/** A connector as a composition root puts it together. */
export interface ConnectorSpec {
  readonly config: ConnectorConfig;
  readonly sink: Pick<SinkDefinition, 'connectorClass' | 'userFunction' | 'commitsAfterBatch'>;
  readonly windowOf: WindowOf | undefined;
  /** Absent where no batch closes by the wall clock. */
  readonly periodOf?: PeriodOf | undefined;
  readonly invoker: Invoker;
  readonly claimCheck: ClaimCheckStore | undefined;
  /** Lift the stop marks of `errors.policy=stop`. */
  readonly resumeStopped: boolean;
  /** For runs that end when they caught up. Once aborted nothing more is read: what was read is written and committed, open batches too, and
   *  that is then the goal of `caughtUp`. */
  readonly lastCall?: AbortSignal | undefined;
  /** Those of its tasks that run here; absent: all of `tasks.max`. */
  readonly taskIds?: readonly number[];
}

/** What all connectors of a worker share. */
export interface ConnectorDeps {
  readonly driver: KafkaDriver;
  readonly memory: WorkerMemory;
  readonly metrics: Metrics;
  readonly limits: WorkerLimits;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

/** A connector as people see it. */
export interface ConnectorStatus {
  readonly name: string;
  readonly tasks: readonly TaskStatus[];
  /** Partitions that wait for a person. */
  readonly waiting: readonly (TopicPartition & { readonly reason: string })[];
  /** Offsets between the first unsettled record and the end, over all partitions that were owned here, as last seen. */
  readonly lag: number;
  readonly totals: Ledger;
}

/** Lag of a partition when its owner was last asked. */
export interface SeenLag {
  readonly lag: number;
  /** Epoch ms. */
  readonly seenAt: number;
}

/** For a look at the target. */
const OPEN_TIMEOUT_MS = 20_000;
/** How often it is looked whether what was read is settled, after the last call. */
const FINISH_LOOK_MS = 50;

/** Start it once, stop it once, also while `start` is pending. If `start` throws, call `stop` all the same: it closes what was opened. */
export class Connector {
  readonly name: string;
  readonly #tasks: TaskSupervisor[];
  /** In front of the target, for all tasks. */
  readonly #gate: TargetGate;
  readonly #admin: KafkaAdmin;
  readonly #producer: KafkaProducer;
  readonly #consumer: ConsumerOptions;
  #ends: EndOffsets | undefined;
  readonly #stopping = new AbortController();
  /** By partition, as last seen by whichever task owned it. */
  readonly #lags = new Map<string, SeenLag>();
  /** Under way for all tasks that wait for it. */
  #looking: Promise<void> | undefined;
  /** Why no task was started at first. */
  #refused: FatalError | undefined;
  /** Aborted when no task is left. */
  readonly #allFailed = new AbortController();

  constructor(
    private readonly spec: ConnectorSpec,
    private readonly deps: ConnectorDeps,
  ) {
    const { config } = spec;
    this.name = config.name;
    this.#admin = deps.driver.admin();
    this.#producer = deps.driver.producer();
    this.#consumer = consumerOptions(config, deps.limits);
    this.#gate = this.#targetGate();
    deps.metrics.targets.watch(config.name, this.#gate);
    this.#tasks = (spec.taskIds ?? taskIds(config)).map((id) => this.#task(id));
  }

  /** Checks and creates resources, then joins all tasks. With `untilCaughtUp` the end offsets of now become the goal.
   *  @throws FatalError when the cluster or its topics are not as they must be; RetriableError when it cannot be reached */
  async start(untilCaughtUp: boolean): Promise<void> {
    await prepareResources(this.#admin, resourcesOf(this.spec.config), this.deps.logger);
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
    this.#refused = await this.#targetRefusal();
    // Nobody would stop tasks that start now.
    if (this.#stopping.signal.aborted || this.#refused !== undefined) return;
    if (goal !== undefined) for (const task of this.#tasks) task.flushAt(goal);
    await Promise.all(this.#tasks.map((task) => task.start()));
  }

  /** The second: all members of the group that start now have joined, so partitions may read.
   *  @param heals whether failed tasks are started again by themselves */
  begin(heals: boolean): void {
    if (this.#stopping.signal.aborted) return;
    for (const task of this.#tasks) task.begin(heals, this.#refused);
  }

  /** Partitions that wait for a person, with nothing left to do until then. */
  nothingLeftToDo(): TopicPartition[] {
    return this.#tasks.flatMap((task) => task.nothingLeftToDo());
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
    for (const task of this.#tasks) task.finishRead();
    while (this.#tasks.some((task) => task.isFinishing)) await this.deps.clock.sleep(FINISH_LOOK_MS, signal);
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
    await Promise.all(this.#tasks.map((task) => task.stop()));
    const closing = [this.#gate.close(), this.#producer.close(), this.#admin.close(), this.spec.claimCheck?.close()];
    for (const result of await Promise.allSettled(closing)) {
      if (result.status === 'rejected') {
        this.deps.logger.warn({ reason: toError(result.reason).message }, 'closing a client');
      }
    }
  }

  /** Gives up what is under way; its records are read again by the next owner. */
  abort(): void {
    for (const task of this.#tasks) task.abort();
  }

  status(): ConnectorStatus {
    return {
      name: this.name,
      tasks: this.#tasks.map((task) => task.status()),
      waiting: this.#tasks.flatMap((task) => task.waitingForPerson()),
      lag: totalLag(this.lags()),
      totals: this.deps.metrics.totals(this.name),
    };
  }

  /** By partition that was ever owned here. */
  lags(): ReadonlyMap<string, SeenLag> {
    for (const task of this.#tasks) for (const reading of task.partitions()) this.#noteLag(reading);
    return this.#lags;
  }

  /** What is wrong with the target and may heal.
   *  @throws FatalError when it is anything else */
  async #targetRefusal(): Promise<FatalError | undefined> {
    try {
      await this.#lookAtTarget();
      return undefined;
    } catch (thrown) {
      if (!(thrown instanceof FatalError)) throw thrown;
      const { code, message, mayHeal } = thrown;
      const fields = { connector: this.name, code, reason: message };
      if (!mayHeal) {
        this.deps.logger.error(fields, 'the target is not as it must be: nothing starts');
        throw thrown;
      }
      this.deps.logger.error(fields, 'the target is not as it must be: the tasks failed at the start');
      return thrown;
    }
  }

  #lookAtTarget(): Promise<void> {
    this.#looking ??= this.#openTarget().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** A target that cannot be reached now is no reason not to start: it is waited for with the first batch. */
  async #openTarget(): Promise<void> {
    const { invoker, config } = this.spec;
    if (invoker.open === undefined) return;
    const topics = await topicSizes(this.#admin, resourcesOf(config).sources);
    const { signal } = this.#stopping;
    try {
      await invoker.open(topics, { signal, admission: signal, timeoutMs: OPEN_TIMEOUT_MS });
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof RetriableError)) throw thrown;
      const { code, message } = thrown;
      this.deps.logger.warn({ connector: config.name, code, error: message }, 'the target was not looked at');
    }
  }

  #noteLag({ topic, partition, lag }: PartitionReading): void {
    this.#lags.set(partitionName({ topic, partition }), { lag, seenAt: this.deps.clock.now() });
  }

  #targetGate(): TargetGate {
    const { config, sink, invoker } = this.spec;
    const { clock, logger, memory, metrics } = this.deps;
    // Asked at every call.
    const partitions = () => this.#tasks.reduce((sum, { partitionCount }) => sum + partitionCount, 0);
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

  #task(id: number): TaskSupervisor {
    const { config, sink, resumeStopped } = this.spec;
    const { driver, memory, clock, random } = this.deps;
    const logger = this.deps.logger.child({ connector: config.name, task: id });
    const metrics = this.deps.metrics.task(config.name, id, sink.connectorClass);
    const errors = {
      producer: this.#producer,
      connector: config.name,
      task: id,
      sinkClass: sink.connectorClass,
      clock,
    };
    const spec = { ...this.spec, invoker: this.#gate };
    const pipeline = pipelineDeps(spec, {
      frameworkErrors: createErrorTopicWriter({ ...errors, topic: config['errors.deadletterqueue.topic.name'] }),
      sinkErrors: createErrorTopicWriter({ ...errors, topic: config['runtime.error.topic.name'] }),
      memory: memory.intake,
      metrics,
      clock,
      random,
      logger,
    });
    const options = {
      consumer: this.#consumer,
      commitIntervalMs: config['offset.commit.interval.ms'],
      commitsAfterBatch: sink.commitsAfterBatch,
      resumeStopped,
      pipeline,
    };
    const released = (reading: PartitionReading) => this.#noteLag(reading);
    return new TaskSupervisor({
      id,
      make: (events) => new Task(options, { driver, metrics, clock, logger }, { ...events, released }),
      beforeRestart: () => this.#lookAtTarget(),
      metrics,
      clock,
      random,
      logger,
      failedForGood: (error) => {
        if (this.#tasks.every((task) => task.hasFailedForGood)) this.#allFailed.abort(error);
      },
    });
  }
}

/** Passes a failure on, but for that of having waited until `lastCall`. */
function failedUnless(lastCall: AbortSignal): (thrown: unknown) => undefined {
  return (thrown) => {
    if (thrown !== lastCall.reason) throw thrown;
  };
}

/** Lag over all partitions. */
export function totalLag(lags: ReadonlyMap<string, SeenLag>): number {
  let sum = 0;
  for (const { lag } of lags.values()) sum += lag;
  return sum;
}
