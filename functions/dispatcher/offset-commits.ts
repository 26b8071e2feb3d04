/** Sends the offset commits of a task, one request at a time. */
import { FatalError, RetriableError, toError } from '../../shared/errors.ts';
import type { KafkaConsumer } from '../../shared/kafka/driver.ts';
import type { Logger } from '../../shared/logger.ts';
import type { PartitionPipeline } from './partition-pipeline.ts';

export class OffsetCommits {
  #sending: Promise<void> | undefined;
  #wanted = false;

  /** @param failed told of what no later attempt can mend */
  constructor(
    private readonly consumer: Pick<KafkaConsumer, 'commit'>,
    private readonly logger: Logger,
    private readonly failed: (error: FatalError) => void,
  ) {}

  /** Commits what `pipelines` then have to commit, in the background; what comes while a request is under way is committed next. */
  soon(pipelines: () => readonly PartitionPipeline[]): void {
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
      await this.consumer.commit(entries.map(({ entry }) => entry));
      for (const { pipeline, entry } of entries) pipeline.committed(entry);
    } catch (thrown) {
      if (thrown instanceof RetriableError) {
        this.logger.warn({ code: thrown.code, reason: thrown.message }, 'offsets not committed; tried again later');
        return;
      }
      const error = toError(thrown);
      this.failed(
        thrown instanceof FatalError ? thrown : new FatalError('COMMIT_FAILED', error.message, { cause: error }),
      );
    }
  }
}
