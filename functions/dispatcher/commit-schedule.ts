/** Which partitions of a task may have something to commit, and when it goes out. */
import type { OffsetCommits } from './offset-commits.ts';
import type { PartitionPipeline } from './partition-pipeline.ts';

export class CommitSchedule {
  readonly #changed = new Set<PartitionPipeline>();

  constructor(private readonly commits: Pick<OffsetCommits, 'soon' | 'unhurried'>) {}

  /** All that changed goes out in one request, at once or behind the one that is under way. */
  soon(pipelines: Iterable<PartitionPipeline>): void {
    for (const pipeline of pipelines) this.#changed.add(pipeline);
    this.commits.soon(() => this.#toCommit());
  }

  /** As `soon`, for what nothing waits for. */
  unhurried(pipeline: PartitionPipeline): void {
    this.#changed.add(pipeline);
    this.commits.unhurried(() => this.#toCommit());
  }

  /** It goes: what it still had to commit is committed by others, or not at all. */
  forget(pipeline: PartitionPipeline): void {
    this.#changed.delete(pipeline);
  }

  /** Those that were refused before stay among them. */
  #toCommit(): PartitionPipeline[] {
    for (const pipeline of this.#changed) if (pipeline.toCommit === undefined) this.#changed.delete(pipeline);
    return [...this.#changed];
  }
}
