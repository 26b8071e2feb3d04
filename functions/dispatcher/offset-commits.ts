/** Sends the offset commits of a task, one request at a time. */
import type { Clock } from '../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { KafkaConsumer } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { PartitionPipeline } from './partition-pipeline.ts';
import type { PartitionCommit } from './pipeline-contract.ts';

/** After a commit that failed, before the next one. */
const PAUSE_MS = 500;
/** Between two commits that nothing waits for. */
const UNHURRIED_MS = 50;
/** Of commits that fail in a row the first is logged, and every so many. */
const LOGGED_EVERY = 20;

/** Refusals of a whole request because of one partition in it: its topic was deleted, or it has another owner. */
const CONCERN_ONE_PARTITION: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'COMMIT_FENCED']);

interface Entry {
  readonly pipeline: PartitionPipeline;
  readonly entry: PartitionCommit;
}

export class OffsetCommits {
  #sending: Promise<void> | undefined;
  #wanted = false;
  #failures = 0;
  /** Epoch ms of the last commit that nothing waited for. */
  #unhurriedAt = Number.NEGATIVE_INFINITY;
  #unhurriedIsDue = false;
  #retryIsDue = false;
  /** Epoch ms before which nothing is tried. */
  #pausedUntil = 0;

  /** @param failed told of what no later attempt can mend */
  constructor(
    private readonly consumer: Pick<KafkaConsumer, 'commit'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly failed: (error: FatalError) => void,
  ) {}

  /** Commits what `pipelines` then have to commit, in the background; what comes while a request is under way is committed next, and what
   *  comes right after a failure when its pause is over. */
  soon(pipelines: () => readonly PartitionPipeline[]): void {
    const pauseLeftMs = this.#pausedUntil - this.clock.now();
    // More than a pause is left only where the clock was set back.
    if (pauseLeftMs > 0 && pauseLeftMs <= PAUSE_MS) {
      this.#afterPause(pauseLeftMs, pipelines);
      return;
    }
    this.#wanted = true;
    this.#sending ??= this.#loop(pipelines).finally(() => {
      this.#sending = undefined;
    });
  }

  /** As `soon`, for what nothing waits for: small batches are settled so fast that a commit for each would cost more than they do. */
  unhurried(pipelines: () => readonly PartitionPipeline[]): void {
    if (this.#unhurriedIsDue) return;
    const commit = () => {
      this.#unhurriedIsDue = false;
      this.#unhurriedAt = this.clock.now();
      this.soon(pipelines);
    };
    const sinceMs = this.clock.now() - this.#unhurriedAt;
    // Less than nothing only where the clock was set back.
    if (sinceMs < 0 || sinceMs >= UNHURRIED_MS) {
      commit();
      return;
    }
    this.#unhurriedIsDue = true;
    this.clock.after(UNHURRIED_MS - sinceMs, commit);
  }

  /** The last commit of pipelines that go: after one that is under way. */
  async last(pipelines: readonly PartitionPipeline[]): Promise<void> {
    await this.#sending;
    await this.#commit(pipelines);
  }

  async #loop(pipelines: () => readonly PartitionPipeline[]): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#commit(pipelines());
    }
  }

  async #commit(pipelines: readonly PartitionPipeline[]): Promise<void> {
    const entries = pipelines.flatMap((pipeline) => {
      const entry = pipeline.toCommit;
      return entry === undefined ? [] : [{ pipeline, entry }];
    });
    if (entries.length === 0) return;
    const refused = await this.#send(entries);
    if (refused === undefined) this.#failures = 0;
    else if (entries.length === 1 || !CONCERN_ONE_PARTITION.has(refused.code)) this.#passing(refused);
    // A partition that is gone must not hold up what the others wait for: nothing is sent before its plan is committed.
    else for (const entry of entries) await this.#alone(entry);
  }

  async #alone(entry: Entry): Promise<void> {
    const refused = await this.#send([entry]);
    if (refused !== undefined) this.#passing(refused);
  }

  /** One request. Answers why it may be tried again; undefined when it was confirmed, or the task failed. */
  async #send(entries: readonly Entry[]): Promise<RetriableError | undefined> {
    try {
      await this.consumer.commit(
        entries.map(({ entry: { topic, partition, offset, metadata } }) => ({ topic, partition, offset, metadata })),
      );
    } catch (thrown) {
      if (thrown instanceof RetriableError) return thrown;
      const error = toError(thrown);
      // Nobody foresaw it, and yet it may heal: a commit that fails strangely while brokers are in trouble must not end a worker for good.
      // Offsets stay, so another try risks repeats and no loss.
      this.failed(
        thrown instanceof FatalError
          ? thrown
          : new FatalError('COMMIT_FAILED', error.message, { cause: error, mayHeal: true }),
      );
      return undefined;
    }
    for (const { pipeline, entry } of entries) pipeline.committed(entry);
    return undefined;
  }

  #afterPause(pauseLeftMs: number, pipelines: () => readonly PartitionPipeline[]): void {
    if (this.#retryIsDue) return;
    this.#retryIsDue = true;
    this.clock.after(pauseLeftMs, () => {
      this.#retryIsDue = false;
      this.soon(pipelines);
    });
  }

  #passing({ code, message }: RetriableError): void {
    this.#pausedUntil = this.clock.now() + PAUSE_MS;
    this.#wanted = false;
    if (this.#failures++ % LOGGED_EVERY === 0)
      this.logger.warn({ code, reason: message }, 'offsets not committed; tried again later');
  }
}
