/** Sends the offset commits of a task, one request at a time. */
import type { Clock } from '../../shared/clock.ts';
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { KafkaConsumer } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { PartitionPipeline } from './partition-pipeline.ts';

/** After a commit that failed, before the next one. */
const PAUSE_MS = 500;
/** Of commits that fail in a row the first is logged, and every so many. */
const LOGGED_EVERY = 20;

export class OffsetCommits {
  #sending: Promise<void> | undefined;
  #wanted = false;
  #failures = 0;
  /** Epoch ms before which nothing is tried. */
  #pausedUntil = 0;

  /** @param failed told of what no later attempt can mend */
  constructor(
    private readonly consumer: Pick<KafkaConsumer, 'commit'>,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly failed: (error: FatalError) => void,
  ) {}

  /** Commits what `pipelines` then have to commit, in the background; what comes while a request is under way is committed next. Does nothing
   *  right after a failure: whoever waits asks again. */
  soon(pipelines: () => readonly PartitionPipeline[]): void {
    const pauseLeftMs = this.#pausedUntil - this.clock.now();
    // More than a pause is left only where the clock was set back.
    if (pauseLeftMs > 0 && pauseLeftMs <= PAUSE_MS) return;
    this.#wanted = true;
    this.#sending ??= this.#loop(pipelines).finally(() => {
      this.#sending = undefined;
    });
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
    try {
      await this.consumer.commit(
        entries.map(({ entry: { topic, partition, offset, metadata } }) => ({ topic, partition, offset, metadata })),
      );
    } catch (thrown) {
      if (thrown instanceof RetriableError) return this.#passing(thrown);
      const error = toError(thrown);
      return this.failed(
        thrown instanceof FatalError
          ? thrown
          : new FatalError('COMMIT_FAILED', error.message, { cause: error, mayHeal: true }),
      );
    }
    this.#failures = 0;
    for (const { pipeline, entry } of entries) pipeline.committed(entry);
  }

  #passing({ code, message }: RetriableError): void {
    this.#pausedUntil = this.clock.now() + PAUSE_MS;
    this.#wanted = false;
    if (this.#failures++ % LOGGED_EVERY === 0)
      this.logger.warn({ code, reason: message }, 'offsets not committed; tried again later');
  }
}
