/** One task: one member of the connector's consumer group, and the pipelines of the partitions it owns.
 *
 *  States and what moves between them (anything else throws):
 *    stopped --start--> starting --first assignment--> running --stop--> stopped
 *    starting, running --fatal error--> failed
 *  While running, partitions come (`assigned`) and go: `revoked` fences them, lets what is under way finish within the drain
 *  deadline, commits what is acked and releases the rest; `lost` releases without a commit. A commit never names an offset at or
 *  past an unsettled record. If the process dies anywhere, the next owner starts at the last commit. */
import { aborted } from '../../shared/aborted.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type { AssignedPartition, ConsumerListener, KafkaConsumer } from '../../shared/kafka/driver.ts';
import { partitionName, type RecordBlock, type TopicPartition } from '../../shared/records.ts';
import { repeat } from '../../shared/repeat.ts';
import { CommitSchedule } from './commit-schedule.ts';
import { DueLooks } from './due-looks.ts';
import type { PartitionReading, TaskState } from './metrics.ts';
import { OffsetCommits } from './offset-commits.ts';
import { PartitionPipeline } from './partition-pipeline.ts';
import {
  isWaitedFor,
  nothingLeftToDo,
  readingOf,
  type WaitingPartition,
  waitingForPerson,
} from './partition-reading.ts';
import { DRAIN_SHARE } from './plan.ts';
import type { TaskDeps, TaskEvents, TaskOptions } from './task-contract.ts';
import { TopicsRead } from './topics-read.ts';

/** How often all partitions are looked at: what failed for the moment, a commit above all, is tried again then. */
const SWEEP_MS = 500;
/** The end of a period of the wall clock is looked for so often, where one closes batches. */
const PERIOD_LOOK_MS = 50;
/** What is acked may still be committed for this long after `abort`; a Kafka that does not answer then holds nothing up. */
const LAST_COMMIT_MS = 1_000;

export class Task implements ConsumerListener {
  #state: TaskState = 'stopped';
  #failure: FatalError | undefined;
  /** Resolves when a task that failed has let go of everything. */
  #ended: Promise<void> | undefined;
  readonly #pipelines = new Map<string, PartitionPipeline>();
  readonly #halted = new Map<string, AssignedPartition>();
  readonly #consumer: KafkaConsumer;
  readonly #targets = new Map<string, number>();
  readonly #commits: OffsetCommits;
  readonly #schedule: CommitSchedule;
  readonly #dueLooks: DueLooks;
  /** Each ends a timer. */
  #timers: readonly (() => void)[] = [];
  readonly #cut = new AbortController();
  /** Why no partition reads: `starting` until `begin`, `ending` from `finishRead` on. */
  #hold: 'starting' | 'ending' | undefined = 'starting';
  #paused = false;
  /** Marks of stops are lifted from partitions that come. */
  #lifts: boolean;
  readonly #topicsRead: TopicsRead;

  constructor(
    private readonly options: TaskOptions,
    private readonly deps: TaskDeps,
    private readonly events: TaskEvents,
  ) {
    this.#consumer = deps.driver.consumer(options.consumer, this);
    this.#commits = new OffsetCommits(this.#consumer, deps.clock, deps.logger, (error) => this.failed(error));
    this.#schedule = new CommitSchedule(this.#commits);
    this.#lifts = options.resumeStopped;
    this.#topicsRead = new TopicsRead(deps.clock, (topic) => this.events.reads(topic));
    const { lingerMs, periodOf } = options.pipeline.limits;
    this.#dueLooks = new DueLooks(deps.clock, periodOf === undefined ? lingerMs : Math.min(lingerMs, PERIOD_LOOK_MS));
  }

  get state(): TaskState {
    return this.#state;
  }

  get failure(): FatalError | undefined {
    return this.#failure;
  }

  /** Partitions that it owns and that are not halted. */
  get partitionCount(): number {
    return this.#pipelines.size;
  }

  /** Partitions that wait for a person: stopped at an errant record, or with a position that Kafka does not have. */
  waitingForPerson(): WaitingPartition[] {
    return waitingForPerson(this.#halted.values(), this.#pipelines.values());
  }

  /** Those of them where nothing is left to do until then: what lies before a stop is settled. */
  nothingLeftToDo(): TopicPartition[] {
    return nothingLeftToDo(this.#halted.values(), this.#pipelines.values());
  }

  /** Joins the group. Resolves after the first assignment.
   *  @throws FatalError, RetriableError as `KafkaConsumer.start` does */
  async start(): Promise<void> {
    this.#move('stopped', 'starting');
    const { clock } = this.deps;
    const { commitIntervalMs } = this.options;
    this.#timers = [
      repeat(clock, SWEEP_MS, () => this.#sweep()),
      repeat(clock, commitIntervalMs, () => this.#schedule.soon(this.#pipelines.values())),
    ];
    try {
      await this.#consumer.start();
    } catch (error) {
      this.#end();
      this.#state = 'stopped';
      throw error;
    }
    if (this.#state === 'starting') this.#move('starting', 'running');
  }

  /** Lets partitions read. Called when all tasks of the connector joined: what a member reads before the next one joins is handed back
   *  in the rebalance and read twice. */
  begin(): void {
    this.#hold = undefined;
    this.#lifts = this.options.resumeStopped;
    this.#holdAll();
  }

  /** Reads nothing more until `resume`, and stays a member of the group. What was read goes out, open batches too, and is committed. */
  pause(): void {
    this.#paused = true;
    this.#holdAll();
    this.#flushAll();
  }

  resume(): void {
    this.#paused = false;
    for (const [name, pipeline] of this.#pipelines) pipeline.flushAt = this.#targets.get(name);
    this.#holdAll();
  }

  /** Lifts the stops of the partitions that it owns: each is drained, committed without its mark, and taken over again from there. A commit that
   *  is not confirmed is tried again for as long as the partition is owned. Before `begin` those of the partitions that are still to come, too.
   *  Never rejects. */
  async resumeStopped(): Promise<void> {
    if (this.#hold === 'starting') this.#lifts = true;
    const stopped = [...this.#pipelines.values()].filter(({ isMarked }) => isMarked);
    await Promise.all(stopped.map((pipeline) => this.#lift(pipeline)));
  }

  /** Fences, drains, commits, leaves the group. Open batches are not sent: their records are read again. Of a failed task, which does so by
   *  itself: resolves when it did. */
  async stop(): Promise<void> {
    if (this.#state !== 'starting' && this.#state !== 'running') return await this.#ended;
    this.#move(this.#state, 'stopped');
    await this.#consumer.close();
    this.#end();
  }

  /** Stop without waiting for anything that is under way. */
  abort(): void {
    for (const pipeline of this.#pipelines.values()) pipeline.abort();
    this.deps.clock.after(LAST_COMMIT_MS, () => this.#cut.abort());
  }

  /** From now on open batches are closed as soon as a partition's position reaches its target, by partition name. */
  flushAt(targets: ReadonlyMap<string, number>): void {
    for (const [name, offset] of targets) this.#targets.set(name, offset);
    for (const [name, pipeline] of this.#pipelines) pipeline.flushAt = this.#targets.get(name);
  }

  /** Reads nothing more. What was read goes out, open batches too. */
  finishRead(): void {
    this.#hold = 'ending';
    this.#holdAll();
    this.#flushAll();
  }

  /** Whether something that was read is still on its way, or its commit is. */
  get isFinishing(): boolean {
    return [...this.#pipelines.values()].some((pipeline) => !pipeline.isQuiet);
  }

  // --- ConsumerListener

  assigned(partitions: readonly AssignedPartition[]): void {
    const { metrics, logger } = this.deps;
    for (const assigned of partitions) {
      const name = partitionName(assigned);
      // Its last revoke may still be draining, beyond what the consumer waited for: that ownership is over.
      const before = this.#pipelines.get(name);
      if (before !== undefined) this.#release(before);
      if (assigned.halted !== undefined) {
        this.#halted.set(name, assigned);
        logger.error({ ...tpOf(assigned), ...assigned.halted }, 'the partition waits until a person decides');
        continue;
      }
      const tp = tpOf(assigned);
      const pipeline: PartitionPipeline = new PartitionPipeline(
        assigned,
        this.#lifts,
        metrics.ledger(assigned.topic),
        this.options.pipeline,
        {
          pause: () => this.#consumer.pause(tp),
          resume: () => this.#consumer.resume(tp),
          settled: () => {
            if (isWaitedFor(pipeline)) this.#schedule.soon([pipeline]);
            else if (this.options.commitsAfterBatch) this.#schedule.unhurried(pipeline);
          },
          commitWanted: () => this.#schedule.soon([pipeline]),
          failed: (error) => this.failed(error),
        },
      );
      pipeline.flushAt = this.#paused ? pipeline.position : this.#targets.get(name);
      this.#pipelines.set(name, pipeline);
      pipeline.hold(this.#holdReason);
    }
    logger.info({ partitions: partitions.map(partitionName) }, 'partitions assigned');
  }

  async revoked(partitions: readonly TopicPartition[]): Promise<void> {
    const leaving = this.#leaving(partitions);
    for (const pipeline of leaving) pipeline.fence();
    await Promise.race([this.#drainAndCommit(leaving), aborted(this.#cut.signal)]);
    for (const pipeline of leaving) this.#release(pipeline);
    this.deps.logger.info({ partitions: partitions.map(partitionName) }, 'partitions revoked');
  }

  lost(partitions: readonly TopicPartition[]): void {
    for (const pipeline of this.#leaving(partitions)) this.#release(pipeline);
    this.deps.logger.warn(
      { partitions: partitions.map(partitionName) },
      'partitions lost; their next owner reads on from the last commit',
    );
  }

  records(block: RecordBlock): void {
    const pipeline = this.#pipelines.get(partitionName(block));
    if (pipeline === undefined) return;
    this.#topicsRead.seen(block.topic);
    try {
      pipeline.accept(block, this.deps.clock.now());
      this.#dueLooks.watch(pipeline);
    } catch (thrown) {
      this.failed(
        thrown instanceof FatalError
          ? thrown
          : new FatalError('UNCLASSIFIED', toError(thrown).message, { cause: thrown }),
      );
    }
  }

  progressed(partition: TopicPartition, position: number, endOffset: number): void {
    const pipeline = this.#pipelines.get(partitionName(partition));
    pipeline?.progressed(position, endOffset);
    if (pipeline !== undefined && isWaitedFor(pipeline)) this.#schedule.soon([pipeline]);
  }

  gap(partition: TopicPartition, from: number, to: number): void {
    this.deps.metrics.ledger(partition.topic).gap += to - from;
    this.deps.logger.error(
      { ...tpOf(partition), from, to, records: to - from },
      'Kafka deleted these offsets before they were read; raise the retention of the topic or the speed of the target',
    );
    this.events.gap(tpOf(partition), from, to);
  }

  failed(error: FatalError): void {
    if (this.#state !== 'starting' && this.#state !== 'running') return;
    this.#move(this.#state, 'failed');
    this.#failure = error;
    this.deps.logger.error({ code: error.code, reason: error.message }, 'the task failed; its offsets stay');
    this.deps.logger.debug({ trace: error.stack }, 'where the task failed');
    this.#ended = this.#consumer
      .close()
      .catch((thrown: unknown) =>
        this.deps.logger.warn({ reason: toError(thrown).message }, 'closing the consumer of a failed task'),
      )
      .then(() => this.#end());
    this.events.failed(error);
  }

  // --- as TaskReadings has it

  *partitions(): Generator<PartitionReading> {
    for (const pipeline of this.#pipelines.values()) yield readingOf(pipeline);
  }

  // --- inner workings

  get #holdReason(): string | undefined {
    return this.#hold ?? (this.#paused ? 'paused' : undefined);
  }

  #holdAll(): void {
    for (const pipeline of this.#pipelines.values()) pipeline.hold(this.#holdReason);
  }

  /** What is open goes out, and so does what a fetch under way still brings. */
  #flushAll(): void {
    const now = this.deps.clock.now();
    for (const pipeline of this.#pipelines.values()) {
      pipeline.flushAt = pipeline.position;
      pipeline.tick(now);
    }
  }

  async #lift(pipeline: PartitionPipeline): Promise<void> {
    pipeline.fence();
    pipeline.liftStop();
    await this.#drainAndCommit([pipeline]);
    while (this.#isCurrent(pipeline) && pipeline.toCommit !== undefined) {
      await this.deps.clock.sleep(SWEEP_MS);
      await this.#commits.last(this.#isCurrent(pipeline) ? [pipeline] : []);
    }
    if (this.#isCurrent(pipeline)) this.#consumer.reread(pipeline.tp);
  }

  async #drainAndCommit(leaving: readonly PartitionPipeline[]): Promise<void> {
    // The consumer waits no longer than its drain timeout; what is still under way then must not outlive the ownership.
    const cancel = this.deps.clock.after(this.options.consumer.drainTimeoutMs * DRAIN_SHARE, () => {
      for (const pipeline of leaving) pipeline.abort();
    });
    await Promise.all(leaving.map((pipeline) => pipeline.drained()));
    cancel();
    // What was released meanwhile (lost, or assigned anew) must not be committed under a later ownership: others may have read on.
    await this.#commits.last(leaving.filter((pipeline) => this.#isCurrent(pipeline)));
  }

  #sweep(): void {
    const now = this.deps.clock.now();
    const waitedFor: PartitionPipeline[] = [];
    for (const pipeline of this.#pipelines.values()) {
      pipeline.tick(now);
      if (isWaitedFor(pipeline)) waitedFor.push(pipeline);
    }
    // One request for all of them.
    if (waitedFor.length > 0) this.#schedule.soon(waitedFor);
  }

  /** Pipelines of partitions that go. They stay in the map, and so in the readings, until they are released. */
  #leaving(partitions: readonly TopicPartition[]): PartitionPipeline[] {
    const taken: PartitionPipeline[] = [];
    for (const partition of partitions) {
      const name = partitionName(partition);
      this.#halted.delete(name);
      const pipeline = this.#pipelines.get(name);
      if (pipeline !== undefined) taken.push(pipeline);
    }
    return taken;
  }

  #release(pipeline: PartitionPipeline): void {
    if (this.#isCurrent(pipeline)) this.events.released(readingOf(pipeline));
    this.#dueLooks.forget(pipeline);
    this.#schedule.forget(pipeline);
    // In one tick, so that a scrape finds its records either in flight or released.
    pipeline.release();
    if (this.#isCurrent(pipeline)) this.#pipelines.delete(partitionName(pipeline.tp));
  }

  #isCurrent(pipeline: PartitionPipeline): boolean {
    return this.#pipelines.get(partitionName(pipeline.tp)) === pipeline;
  }

  #end(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers = [];
    this.#dueLooks.stop();
    for (const pipeline of this.#pipelines.values()) this.#release(pipeline);
  }

  #move(from: TaskState, to: TaskState): void {
    if (this.#state !== from) throw new Error(`task is ${this.#state}, not ${from}: cannot become ${to}`);
    this.#state = to;
  }
}

function tpOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
