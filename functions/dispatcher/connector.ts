/** A running connector: what its tasks share, and their life together. */

import type { ClaimCheckStore } from '../../shared/claim-check.ts';
import type { Clock } from '../../shared/clock.ts';
import type { ConnectorConfig } from '../../shared/config/connector-keys.ts';
import { toError } from '../../shared/errors.ts';
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
import { consumerOptions, type WorkerLimits } from './plan.ts';
import { prepareResources } from './resources.ts';
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
  #stopped = false;
  /** By partition, as last seen by whichever task owned it. */
  readonly #lags = new Map<string, number>();
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
    this.#tasks = Array.from({ length: config['tasks.max'] }, (_, id) => this.#task(id));
  }

  /** Checks and creates resources, then joins all tasks. With `untilCaughtUp` the end offsets of now become the goal.
   *  @throws FatalError when the cluster or its topics are not as they must be; RetriableError when it cannot be reached */
  async start(untilCaughtUp: boolean): Promise<void> {
    const { config } = this.spec;
    const errorTopics =
      config['errors.policy'] === 'stop'
        ? []
        : [config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']];
    const resources = { sources: this.#consumer.topics, errorTopics, create: config['resources.create'] };
    await prepareResources(this.#admin, resources, this.deps.logger);
    if (untilCaughtUp) {
      this.#ends = await endOffsets(this.#admin, this.#consumer);
      const targets = byPartition(this.#ends);
      for (const task of this.#tasks) task.flushAt(targets);
    }
    // Nobody would stop tasks that start now.
    if (this.#stopped) return;
    await Promise.all(this.#tasks.map((task) => task.start()));
    // A run that ends when it caught up must end, also by failing: whoever waits for it starts it again.
    for (const task of this.#tasks) task.begin(!untilCaughtUp);
  }

  /** Resolves when the goal of `start(true)` is reached: true when all of it is, false when the rest waits for a person.
   *  @throws the failure when every task failed; the signal's reason when aborted */
  async caughtUp(signal: AbortSignal): Promise<boolean> {
    if (this.#ends === undefined) throw new Error('start(true) comes first');
    const either = AbortSignal.any([signal, this.#allFailed.signal]);
    const waiting = () => this.#tasks.flatMap((task) => task.nothingLeftToDo());
    return await untilCaughtUp(this.#admin, this.#consumer.groupId, this.#ends, waiting, this.deps.clock, either);
  }

  /** Resolves with the failure that ended the last task, when none of them is started again by itself. */
  async failed(): Promise<unknown> {
    const { signal } = this.#allFailed;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return signal.reason;
  }

  /** Fences, drains, commits, leaves; closes everything. `abort` shortens it. */
  async stop(): Promise<void> {
    this.#stopped = true;
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
      lag: this.#lag(),
      totals: this.deps.metrics.totals(this.name),
    };
  }

  #lag(): number {
    for (const task of this.#tasks) {
      for (const { topic, partition, lag } of task.partitions())
        this.#lags.set(partitionName({ topic, partition }), lag);
    }
    let sum = 0;
    for (const lag of this.#lags.values()) sum += lag;
    return sum;
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
    const released = ({ topic, partition, lag }: PartitionReading) => {
      this.#lags.set(partitionName({ topic, partition }), lag);
    };
    return new TaskSupervisor({
      id,
      make: (events) => new Task(options, { driver, metrics, clock, logger }, { ...events, released }),
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
