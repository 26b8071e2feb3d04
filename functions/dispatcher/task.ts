/** One task: one member of the connector's consumer group, and the pipelines of the partitions it owns.
 *
 *  States and what moves between them (anything else throws):
 *    stopped --start--> starting --first assignment--> running --stop--> stopped
 *    starting, running --fatal error--> failed
 *  While running, partitions come (`assigned`) and go: `revoked` fences them, lets what is under way finish within the drain
 *  deadline, commits what is acked and releases the rest; `lost` releases without a commit. A commit never names an offset at or
 *  past an unsettled record. If the process dies anywhere, the next owner starts at the last commit. */
import { aborted } from '../../shared/aborted.ts';
import type { Clock } from '../../shared/clock.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type {
  AssignedPartition,
  ConsumerListener,
  ConsumerOptions,
  KafkaConsumer,
  KafkaDriver,
} from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import { partitionName, type RecordBlock, type TopicPartition } from '../../shared/records.ts';
import { DueLooks } from './due-looks.ts';
import type { PartitionReading, TaskMetrics, TaskState } from './metrics.ts';
import { OffsetCommits } from './offset-commits.ts';
import { PartitionPipeline } from './partition-pipeline.ts';
import type { PipelineDeps } from './pipeline-contract.ts';
import { DRAIN_SHARE } from './plan.ts';

export interface TaskOptions {
  readonly consumer: ConsumerOptions;
  readonly commitIntervalMs: number;
  /** Commit as soon as a batch is settled, too. */
  readonly commitsAfterBatch: boolean;
  /** Lift the stop marks that earlier owners left. */
  readonly resumeStopped: boolean;
  readonly pipeline: PipelineDeps;
}

export interface TaskDeps {
  readonly driver: KafkaDriver;
  readonly metrics: TaskMetrics;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often all partitions are looked at: what failed for the moment, a commit above all, is tried again then. */
const SWEEP_MS = 500;
/** The end of a period of the wall clock is looked for so often, where one closes batches. */
const PERIOD_LOOK_MS = 50;
/** What is acked may still be committed for this long after `abort`; a Kafka that does not answer then holds nothing up. */
const LAST_COMMIT_MS = 1_000;

/** What a task tells its connector. */
export interface TaskEvents {
  failed(error: FatalError): void;
  /** A partition goes, with its last reading. */
  released(reading: PartitionReading): void;
}

export class Task implements ConsumerListener {
  #state: TaskState = 'stopped';
  #failure: FatalError | undefined;
  /** Resolves when a task that failed has let go of everything. */
  #ended: Promise<void> | undefined;
  readonly #pipelines = new Map<string, PartitionPipeline>();
  readonly #halted = new Map<string, AssignedPartition>();
  readonly #consumer: KafkaConsumer;
  /** Pipelines that may have something to commit. */
  readonly #changed = new Set<PartitionPipeline>();
  readonly #targets = new Map<string, number>();
  readonly #commits: OffsetCommits;
  readonly #dueLooks: DueLooks;
  #cancelTimers: (() => void)[] = [];
  readonly #cut = new AbortController();
  /** Why no partition reads: `starting` until `begin`, `ending` from `finishRead` on. */
  #hold: 'starting' | 'ending' | undefined = 'starting';

  constructor(
    private readonly options: TaskOptions,
    private readonly deps: TaskDeps,
    private readonly events: TaskEvents,
  ) {
    this.#consumer = deps.driver.consumer(options.consumer, this);
    this.#commits = new OffsetCommits(this.#consumer, deps.clock, deps.logger, (error) => this.failed(error));
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
  waitingForPerson(): (TopicPartition & { readonly reason: string })[] {
    const halted = [...this.#halted.values()].map(({ topic, partition, halted }) => ({
      topic,
      partition,
      reason: halted?.message ?? '',
    }));
    const stopped = [...this.#pipelines.values()].flatMap(({ tp, stoppedAt }) =>
      stoppedAt === undefined ? [] : [{ ...tp, reason: `stopped at offset ${stoppedAt.offset}: ${stoppedAt.code}` }],
    );
    return [...halted, ...stopped];
  }

  /** Those of them where nothing is left to do until then: what lies before a stop is settled. */
  nothingLeftToDo(): TopicPartition[] {
    const stopped = [...this.#pipelines.values()].filter(({ waitsForPersonAt }) => waitsForPersonAt !== undefined);
    return [...this.#halted.values(), ...stopped.map(({ tp }) => tp)];
  }

  /** Joins the group. Resolves after the first assignment.
   *  @throws FatalError, RetriableError as `KafkaConsumer.start` does */
  async start(): Promise<void> {
    this.#move('stopped', 'starting');
    this.#every(SWEEP_MS, () => this.#sweep());
    this.#every(this.options.commitIntervalMs, () => this.#commitAll());
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
    for (const pipeline of this.#pipelines.values()) pipeline.hold(undefined);
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
    const now = this.deps.clock.now();
    for (const pipeline of this.#pipelines.values()) {
      pipeline.hold(this.#hold);
      pipeline.flushAt = pipeline.position;
      pipeline.tick(now);
    }
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
        this.options.resumeStopped,
        metrics.ledger(assigned.topic),
        this.options.pipeline,
        {
          pause: () => this.#consumer.pause(tp),
          resume: () => this.#consumer.resume(tp),
          settled: () => {
            if (isWaitedFor(pipeline)) this.#commitSoon(pipeline);
            else if (this.options.commitsAfterBatch) this.#commitUnhurried(pipeline);
          },
          commitWanted: () => this.#commitSoon(pipeline),
          failed: (error) => this.failed(error),
        },
      );
      pipeline.flushAt = this.#targets.get(name);
      this.#pipelines.set(name, pipeline);
      pipeline.hold(this.#hold);
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
    if (pipeline !== undefined && isWaitedFor(pipeline)) this.#commitSoon(pipeline);
  }

  gap(partition: TopicPartition, from: number, to: number): void {
    this.deps.metrics.ledger(partition.topic).gap += to - from;
    this.deps.logger.error(
      { ...tpOf(partition), from, to, records: to - from },
      'Kafka deleted these offsets before they were read; raise the retention of the topic or the speed of the target',
    );
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

  #commitSoon(pipeline: PartitionPipeline): void {
    this.#changed.add(pipeline);
    this.#commits.soon(() => this.#toCommit());
  }

  #commitUnhurried(pipeline: PartitionPipeline): void {
    this.#changed.add(pipeline);
    this.#commits.unhurried(() => this.#toCommit());
  }

  /** Those that were refused before stay among them. */
  #toCommit(): PartitionPipeline[] {
    for (const pipeline of this.#changed) if (pipeline.toCommit === undefined) this.#changed.delete(pipeline);
    return [...this.#changed];
  }

  #commitAll(): void {
    for (const pipeline of this.#pipelines.values()) this.#changed.add(pipeline);
    this.#commits.soon(() => this.#toCommit());
  }

  #sweep(): void {
    const now = this.deps.clock.now();
    let isAnyWaitedFor = false;
    for (const pipeline of this.#pipelines.values()) {
      pipeline.tick(now);
      if (!isWaitedFor(pipeline)) continue;
      this.#changed.add(pipeline);
      isAnyWaitedFor = true;
    }
    // One request for all of them.
    if (isAnyWaitedFor) this.#commits.soon(() => this.#toCommit());
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
    this.#changed.delete(pipeline);
    // In one tick, so that a scrape finds its records either in flight or released.
    pipeline.release();
    if (this.#isCurrent(pipeline)) this.#pipelines.delete(partitionName(pipeline.tp));
  }

  #isCurrent(pipeline: PartitionPipeline): boolean {
    return this.#pipelines.get(partitionName(pipeline.tp)) === pipeline;
  }

  #every(ms: number, action: () => void): void {
    let cancel: () => void = () => undefined;
    const arm = () => {
      cancel = this.deps.clock.after(ms, () => {
        action();
        arm();
      });
    };
    arm();
    this.#cancelTimers.push(() => cancel());
  }

  #end(): void {
    for (const cancel of this.#cancelTimers) cancel();
    this.#cancelTimers = [];
    this.#dueLooks.stop();
    for (const pipeline of this.#pipelines.values()) this.#release(pipeline);
  }

  #move(from: TaskState, to: TaskState): void {
    if (this.#state !== from) throw new Error(`task is ${this.#state}, not ${from}: cannot become ${to}`);
    this.#state = to;
  }
}

/** Whether something waits for a commit: a batch or a token, or a run that ends when it caught up and waits for nothing else. */
function isWaitedFor(pipeline: PartitionPipeline): boolean {
  return pipeline.awaitsCommit || (pipeline.atGoal && pipeline.toCommit !== undefined);
}

function readingOf(pipeline: PartitionPipeline): PartitionReading {
  const { tp, tracker, endOffset, position, pausedReason, openBytes, pendingBytes } = pipeline;
  return {
    ...tp,
    inFlight: tracker.unacked,
    lag: Math.max(0, endOffset - (tracker.firstUnacked ?? position)),
    pausedReason,
    bufferBytes: openBytes + pendingBytes,
  };
}

function tpOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
