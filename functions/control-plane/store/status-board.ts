/** The status topic: read to its end and followed, written in the background. */
import type { Clock } from '../../../shared/clock.ts';
import type { InternalLogs } from '../../../shared/kafka/log/internal-logs.ts';
import type { TopicFollower } from '../../../shared/kafka/log/topic-follower.ts';
import type { Logger } from '../../../shared/logger.ts';
import { type Status, type StatusBoard, TRACE_CHARACTERS } from '../status-board.ts';
import { type InternalTopic, type InternalTopicAdmin, prepareInternalTopic } from './internal-topics.ts';
import { StatusReading } from './status-reading.ts';
import { type StatusEntry, type StatusKey, statusKeyText, statusValueOf } from './status-records.ts';
import { type Put, StatusView } from './status-view.ts';
import { StatusWriter } from './status-writer.ts';

/** What is kept of an activity, in bytes of JSON. */
const ACTIVITY_BYTES = 64 * 1024;

export interface StatusBoardDeps {
  readonly admin: InternalTopicAdmin;
  readonly logs: InternalLogs;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

export class TopicStatusBoard implements StatusBoard {
  readonly #topic: InternalTopic;
  readonly #deps: StatusBoardDeps;
  readonly #view = new StatusView();
  readonly #reading: StatusReading;
  readonly #follower: TopicFollower;
  readonly #writer: StatusWriter;

  constructor(topic: InternalTopic, deps: StatusBoardDeps) {
    this.#topic = topic;
    this.#deps = deps;
    this.#reading = new StatusReading(topic.name, this.#view, deps.logger, () => this.#putAgain());
    this.#follower = deps.logs.follower(topic.name, this.#reading);
    this.#writer = new StatusWriter(deps.logs.writer(topic.name), this.#view, deps);
  }

  async start(): Promise<void> {
    await prepareInternalTopic(this.#deps.admin, this.#topic, this.#deps.logger);
    await this.#follower.start();
  }

  /** Records and batches that were passed over since the start. */
  get unreadable(): number {
    return this.#reading.unreadable;
  }

  connectors(): readonly string[] {
    return [...this.#view.connectors()];
  }

  connector(name: string): Status | undefined {
    const entry = this.#view.get({ kind: 'connector', connector: name });
    return entry?.kind === 'status' ? entry.status : undefined;
  }

  tasks(name: string): ReadonlyMap<number, Status> {
    const tasks: [number, Status][] = [];
    for (const { key, entry } of this.#view.of(name))
      if (key.kind === 'task' && entry.kind === 'status') tasks.push([key.task, entry.status]);
    return new Map(tasks.sort(([a], [b]) => a - b));
  }

  topics(name: string): readonly string[] {
    return [...this.#view.of(name)].flatMap(({ key }) => (key.kind === 'topic' ? [key.topic] : [])).sort();
  }

  activities(name: string): ReadonlyMap<string, unknown> {
    const found = new Map<string, unknown>();
    for (const { key, entry } of this.#view.of(name))
      if (key.kind === 'activity' && entry.kind === 'activity') found.set(key.workerId, entry.activity);
    return found;
  }

  putConnector(name: string, status: Status): void {
    this.#putStatus({ kind: 'connector', connector: name }, status);
  }

  putTask(name: string, task: number, status: Status): void {
    this.#putStatus({ kind: 'task', connector: name, task }, status);
  }

  /** With all that is known of its tasks, its topics and what workers told of it. */
  forgetConnector(name: string): void {
    const keys = [...this.#view.of(name)].map(({ key }) => key);
    for (const key of keys) this.#forget(key);
  }

  forgetTask(name: string, task: number): void {
    this.#forget({ kind: 'task', connector: name, task });
  }

  noteTopic(name: string, task: number, topic: string): void {
    const key: StatusKey = { kind: 'topic', connector: name, topic };
    if (this.#view.get(key) !== undefined) return;
    this.#put({ key, entry: { kind: 'topic', task, at: this.#deps.clock.now() } });
  }

  resetTopics(name: string): void {
    const keys = [...this.#view.of(name)].map(({ key }) => key).filter(({ kind }) => kind === 'topic');
    for (const key of keys) this.#forget(key);
  }

  putActivity(name: string, workerId: string, activity: unknown): void {
    const key: StatusKey = { kind: 'activity', connector: name, workerId };
    const entry: StatusEntry = { kind: 'activity', activity };
    if (Buffer.byteLength(JSON.stringify(statusValueOf(key, entry))) <= ACTIVITY_BYTES) this.#put({ key, entry });
    else {
      this.#deps.logger.warn(
        { connector: name, maxBytes: ACTIVITY_BYTES },
        'what a worker tells of a connector is too large and not written',
      );
    }
  }

  forgetActivity(name: string, workerId: string): void {
    this.#forget({ kind: 'activity', connector: name, workerId });
  }

  async flush(timeoutMs: number): Promise<void> {
    await this.#writer.flush(timeoutMs);
  }

  async close(): Promise<void> {
    this.#follower.close();
    await this.#writer.close();
  }

  #putStatus(key: StatusKey, given: Status): void {
    const { trace } = given;
    const status = trace === undefined ? given : { ...given, trace: trace.slice(0, TRACE_CHARACTERS) };
    this.#put({ key, entry: { kind: 'status', status } });
  }

  #forget(key: StatusKey): void {
    this.#put({ key, entry: null });
  }

  #put(put: Put): void {
    if (this.#view.put(put)) this.#writer.enqueue(put);
    else this.#deps.logger.debug({ key: statusKeyText(put.key) }, 'a worker of a newer generation said otherwise');
  }

  /** The topic lost what this worker put. */
  #putAgain(): void {
    for (const { key, entry } of this.#view.mine()) this.#put({ key, entry });
  }
}
