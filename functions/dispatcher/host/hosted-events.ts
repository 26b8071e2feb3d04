/** Tells whoever hosts a connector what becomes of it: in order, nothing twice, and never from within a call of theirs. */
import type { Clock } from '../../../shared/clock.ts';
import type { ErrantRecord } from '../../../shared/errant.ts';
import type { FatalError } from '../../../shared/errors.ts';
import { offsetAt, type TopicPartition } from '../../../shared/records.ts';
import type { StopMark } from '../commit-metadata.ts';
import type { ConnectorEvents } from '../connector-contract.ts';
import type { PlannedRestart, TaskStatus } from '../task-supervisor.ts';
import type { HostedEvent, HostedEvents, HostedTask } from './hosted.ts';

/** Of one batch so many errant records are told one by one. */
const TOLD_ONE_BY_ONE = 20;

/** A task as its host sees it. */
export function hostedTask({ id, state, failure, restart }: TaskStatus): HostedTask {
  if (failure !== undefined) return { id, state: restart === undefined ? 'failed' : 'restarting', failure };
  return { id, state: state === 'running' || state === 'paused' ? state : 'starting' };
}

export class EventsToHost implements ConnectorEvents {
  #pending: (() => void)[] = [];
  /** What was told last of each task. */
  readonly #told = new Map<number, HostedTask>();

  constructor(
    private readonly host: HostedEvents,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** The task is gone: when one of its id comes again all of it is news. */
  forget(task: number): void {
    this.#told.delete(task);
  }

  task(status: TaskStatus): void {
    const task = hostedTask(status);
    const before = this.#told.get(task.id);
    if (before !== undefined && isSame(before, task)) return;
    this.#told.set(task.id, task);
    if (before?.state !== task.state) {
      this.#event({ kind: 'state', task: task.id, message: `the task is ${task.state}` });
    }
    this.#later(() => this.host.task(task));
  }

  failed(task: number, { code, message, context }: FatalError, restart: PlannedRestart | undefined): void {
    const { topic, partition, offset } = context;
    this.#event({
      kind: 'error',
      task,
      code,
      message,
      ...(topic !== undefined && { topic }),
      ...(partition !== undefined && { partition }),
      ...(offset !== undefined && { offset }),
    });
    if (restart === undefined) return;
    const at = new Date(restart.atMs).toISOString();
    const next = `the task is started again by itself at ${at}, attempt ${restart.attempt}`;
    this.#event({ kind: 'restart', task, code, message: next });
  }

  topic(task: number, topic: string): void {
    this.#later(() => this.host.topic(task, topic));
  }

  errant(task: number, records: readonly ErrantRecord[]): void {
    for (const { block, index, reason } of records.slice(0, TOLD_ONE_BY_ONE)) {
      const { topic, partition } = block;
      const at = { topic, partition, offset: offsetAt(block, index) };
      this.#event({
        kind: 'errant-record',
        task,
        code: reason.code,
        message: 'the record went to the error topic',
        ...at,
      });
    }
    const more = records.length - TOLD_ONE_BY_ONE;
    const last = records.at(-1);
    if (more <= 0 || last === undefined) return;
    const { topic, partition } = last.block;
    this.#event({
      kind: 'errant-record',
      task,
      code: last.reason.code,
      message: 'more records of this batch went to the error topic; the last has this offset',
      count: more,
      topic,
      partition,
      offset: offsetAt(last.block, last.index),
    });
  }

  stopped(task: number, { topic, partition }: TopicPartition, { offset, code }: StopMark): void {
    const message = 'the partition stops at this record until a person resumes the connector';
    this.#event({ kind: 'partition-stopped', task, code, message, topic, partition, offset });
  }

  gap(task: number, { topic, partition }: TopicPartition, from: number, to: number): void {
    const message = `Kafka deleted ${to - from} offsets from this one on before they were read`;
    this.#event({ kind: 'gap', task, message, topic, partition, offset: from });
  }

  #event(event: Omit<HostedEvent, 'at'>): void {
    const at = this.clock.now();
    this.#later(() => this.host.event({ at, ...event }));
  }

  #later(tell: () => void): void {
    this.#pending.push(tell);
    if (this.#pending.length > 1) return;
    queueMicrotask(() => {
      const all = this.#pending;
      this.#pending = [];
      for (const one of all) one();
    });
  }
}

function isSame(a: HostedTask, b: HostedTask): boolean {
  return a.state === b.state && a.failure?.code === b.failure?.code && a.failure?.message === b.failure?.message;
}
