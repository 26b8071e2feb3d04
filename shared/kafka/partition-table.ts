/** The partitions a consumer owns, and the only place that tells the listener about them. */

import type { Clock } from '../clock.ts';
import { toError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import type { Halt, ResolvedPartition } from './assigned-positions.ts';
import type { ConsumerListener } from './driver.ts';
import type { CommittedOffset } from './group-coordinator.ts';
import { OwnedPartition } from './owned-partition.ts';

export interface PartitionTableDeps {
  readonly listener: ConsumerListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

export class PartitionTable {
  readonly #owned = new Map<string, OwnedPartition>();
  readonly #deps: PartitionTableDeps;

  constructor(deps: PartitionTableDeps) {
    this.#deps = deps;
  }

  get(name: string): OwnedPartition | undefined {
    return this.#owned.get(name);
  }

  all(): Iterable<OwnedPartition> {
    return this.#owned.values();
  }

  /** Takes over partitions that were not owned and reports them, gaps after that. */
  adopt(resolved: readonly ResolvedPartition[]): void {
    if (resolved.length === 0) return;
    const { listener, clock } = this.#deps;
    for (const found of resolved) {
      const owned = new OwnedPartition(found, found.position, found.topicId);
      owned.seenAt = clock.now();
      owned.halted = found.halted !== undefined;
      this.#owned.set(owned.name, owned);
    }
    listener.assigned(
      resolved.map(({ topic, partition, position, metadata, gap, halted }) => ({
        topic,
        partition,
        position,
        metadata,
        ...(gap === undefined ? {} : { committed: gap.from }),
        ...(halted === undefined ? {} : { halted }),
      })),
    );
    for (const { gap, ...tp } of resolved) if (gap !== undefined) this.reportGap(tp, gap.from, gap.to);
  }

  reportGap(tp: TopicPartition, from: number, to: number): void {
    this.#deps.listener.gap({ topic: tp.topic, partition: tp.partition }, from, to);
  }

  /** Fences `partitions`, has them drained and committed within `drainTimeoutMs`, and lets them go. Ends early when `cut` aborts. */
  async revoke(partitions: readonly OwnedPartition[], drainTimeoutMs: number, cut: AbortSignal): Promise<void> {
    if (partitions.length === 0) return;
    const { listener, clock, logger } = this.#deps;
    for (const partition of partitions) partition.fenced = true;
    const ended = new AbortController();
    const drained = listener.revoked(partitions.map(plain)).then(
      () => 'drained',
      (thrown: unknown) => {
        logger.error({ reason: toError(thrown).message }, 'draining revoked partitions failed');
        return 'drained';
      },
    );
    const deadline = clock.sleep(drainTimeoutMs, AbortSignal.any([ended.signal, cut])).then(
      () => 'deadline',
      () => 'cut',
    );
    if ((await Promise.race([drained, deadline])) === 'deadline') {
      logger.warn(
        { partitions: partitions.map(partitionName), drainTimeoutMs },
        'revoked partitions were let go before they were drained',
      );
    }
    ended.abort();
    for (const partition of partitions) this.#release(partition);
  }

  /** Everything is somebody else's already. */
  loseAll(): void {
    const lost = [...this.#owned.values()];
    for (const partition of lost) this.#release(partition);
    if (lost.length > 0) this.#deps.listener.lost(lost.map(plain));
  }

  /** The consumer ends: nothing more is delivered or committed, and the listener is not asked. */
  releaseAll(): void {
    for (const partition of [...this.#owned.values()]) this.#release(partition);
  }

  /** Stops one partition while the others go on: reported as lost, then as assigned again and halted. */
  halt(partition: OwnedPartition, position: number, metadata: string, halted: Halt): void {
    this.#replace(partition, { position, metadata, halted });
  }

  /** The log of a partition was replaced by another one: what was read of the old one is let go, the new one begins at `position`. */
  restart(partition: OwnedPartition, position: number, topicId: string | undefined): void {
    this.#replace(partition, { position, metadata: '', ...(topicId !== undefined && { topicId }) });
  }

  /** Takes a partition over as if it had just been assigned with this commit; the new one is reported, that the old one goes is not. */
  retake(partition: OwnedPartition, { offset, metadata }: CommittedOffset): void {
    const { topicId } = partition;
    this.#release(partition);
    this.adopt([{ ...plain(partition), position: offset, metadata, ...(topicId !== undefined && { topicId }) }]);
    const owned = this.#owned.get(partition.name);
    // Nobody looked at its log now: what is not fetched for long may have been made anew.
    if (owned !== undefined) owned.seenAt = partition.seenAt;
  }

  #replace(partition: OwnedPartition, resolved: Omit<ResolvedPartition, keyof TopicPartition>): void {
    this.#release(partition);
    this.#deps.listener.lost([plain(partition)]);
    this.adopt([{ ...plain(partition), ...resolved }]);
  }

  #release(partition: OwnedPartition): void {
    partition.released = true;
    if (this.#owned.get(partition.name) === partition) this.#owned.delete(partition.name);
  }
}

function plain({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
