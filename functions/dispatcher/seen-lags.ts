/** How far a connector's partitions were behind when their owners were last asked. */
import type { Clock } from '../../shared/clock.ts';
import { partitionName } from '../../shared/records.ts';
import type { PartitionReading } from './metrics.ts';

/** Lag of a partition when its owner was last asked. */
export interface SeenLag {
  readonly lag: number;
  /** Epoch ms. */
  readonly seenAt: number;
}

export class SeenLags {
  /** By partition name, as last seen by whichever task owned it. */
  readonly #lags = new Map<string, SeenLag>();

  constructor(private readonly clock: Pick<Clock, 'now'>) {}

  note({ topic, partition, lag }: PartitionReading): void {
    this.#lags.set(partitionName({ topic, partition }), { lag, seenAt: this.clock.now() });
  }

  get all(): ReadonlyMap<string, SeenLag> {
    return this.#lags;
  }
}

/** Lag over all partitions. */
export function totalLag(lags: ReadonlyMap<string, SeenLag>): number {
  let sum = 0;
  for (const { lag } of lags.values()) sum += lag;
  return sum;
}
