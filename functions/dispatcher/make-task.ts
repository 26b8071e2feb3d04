/** Puts one task of a connector together, with what keeps it going. */
import type { FatalError } from '../../shared/errors.ts';
import type { ConsumerOptions, KafkaProducer } from '../../shared/kafka/driver.ts';
import { createErrorTopicWriter } from '../../shared/kafka/error-topic.ts';
import type { TopicPartition } from '../../shared/records.ts';
import type { ConnectorDeps, ConnectorSpec } from './connector-contract.ts';
import type { Invoker } from './invokers/invoker.ts';
import type { PartitionReading, TaskMetrics } from './metrics.ts';
import { pipelineDeps } from './pipeline-deps.ts';
import { Task } from './task.ts';
import { TaskSupervisor, type TaskSupervisorDeps } from './task-supervisor.ts';

/** What the tasks of a connector share, and what its connector hears of each. */
export interface TaskSurroundings extends Pick<TaskSupervisorDeps, 'beforeStart'> {
  readonly consumer: ConsumerOptions;
  /** Of the error topics. */
  readonly producer: KafkaProducer;
  /** The way to the sink, through the gate. */
  readonly invoker: Invoker;
  /** The task failed, and is not started again. */
  readonly failedForGood: (error: FatalError) => void;
  /** A partition went, with its last reading. */
  readonly released: (reading: PartitionReading) => void;
}

export interface MadeTask {
  readonly supervisor: TaskSupervisor;
  readonly metrics: TaskMetrics;
}

/** Not yet started. */
export function makeTask(id: number, spec: ConnectorSpec, deps: ConnectorDeps, around: TaskSurroundings): MadeTask {
  const { config, sink, resumeStopped, events } = spec;
  const { driver, memory, clock, random } = deps;
  const logger = deps.logger.child({ connector: config.name, task: id });
  const metrics = deps.metrics.task(config.name, id, sink.connectorClass);
  const errors = {
    producer: around.producer,
    connector: config.name,
    task: id,
    sinkClass: sink.connectorClass,
    clock,
  };
  const pipeline = pipelineDeps(
    { ...spec, invoker: around.invoker },
    {
      frameworkErrors: createErrorTopicWriter({ ...errors, topic: config['errors.deadletterqueue.topic.name'] }),
      sinkErrors: createErrorTopicWriter({ ...errors, topic: config['runtime.error.topic.name'] }),
      memory: memory.intake,
      metrics,
      recordEvents: events && {
        errant: (records) => events.errant(id, records),
        stopped: (partition, mark) => events.stopped(id, partition, mark),
      },
      clock,
      random,
      logger,
    },
  );
  const options = {
    consumer: around.consumer,
    commitIntervalMs: config['offset.commit.interval.ms'],
    commitsAfterBatch: sink.commitsAfterBatch,
    resumeStopped,
    pipeline,
  };
  const told = {
    released: around.released,
    reads: (topic: string) => events?.topic(id, topic),
    gap: (partition: TopicPartition, from: number, to: number) => events?.gap(id, partition, from, to),
  };
  const supervisor: TaskSupervisor = new TaskSupervisor({
    id,
    make: (made) => new Task(options, { driver, metrics, clock, logger }, { ...made, ...told }),
    beforeStart: around.beforeStart,
    metrics,
    clock,
    random,
    logger,
    failed: (error, restart) => {
      events?.failed(id, error, restart);
      if (restart === undefined) around.failedForGood(error);
    },
    changed: () => events?.task(supervisor.status()),
  });
  return { supervisor, metrics };
}
