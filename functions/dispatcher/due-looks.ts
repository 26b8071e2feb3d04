/** When the partitions of a task are looked at for batches that have waited long enough. Nobody looks where nothing is open. */
import type { Clock } from '../../shared/clock.ts';

/** What is used of a partition. */
export interface Aging {
  /** Encoded bytes in batches that are still open. */
  readonly openBytes: number;
  /** Closes the batches whose time has come. */
  tick(now: number): void;
}

/** Between two looks at a partition where something younger was open at the last one. */
const AGAIN_MS = 25;
/** Partitions that are due within so many ms of each other are looked at together: with a thousand of them, some are at all times. */
const TOGETHER_MS = 5;

/** Node.js sets no timer for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export class DueLooks {
  /** Epoch ms of the next look. */
  readonly #dueAt = new Map<Aging, number>();
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  /** @param firstAfterMs no batch is due sooner after it was opened */
  constructor(
    private readonly clock: Clock,
    private readonly firstAfterMs: number,
  ) {}

  /** Call when `partition` may have opened a batch. */
  watch(partition: Aging): void {
    if (partition.openBytes === 0 || this.#dueAt.has(partition)) return;
    const at = this.clock.now() + this.firstAfterMs;
    this.#dueAt.set(partition, at);
    this.#arm(at);
  }

  forget(partition: Aging): void {
    this.#dueAt.delete(partition);
  }

  stop(): void {
    this.#dueAt.clear();
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(at: number): void {
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    const now = this.clock.now();
    const waitMs = Math.min(Math.max(0, at - now), LONGEST_TIMER_MS);
    this.#timer = { at: now + waitMs, cancel: this.clock.after(waitMs, () => this.#look()) };
  }

  #look(): void {
    const now = this.clock.now();
    const until = Math.max(this.#timer?.at ?? now, now);
    this.#timer = undefined;
    let next = Number.POSITIVE_INFINITY;
    for (const [partition, at] of this.#dueAt) {
      // Later than any can be: the clock was set back.
      const isDue = at <= until || at > now + Math.max(this.firstAfterMs, AGAIN_MS);
      const nextAt = isDue ? this.#lookAt(partition, now) : at;
      if (nextAt !== undefined) next = Math.min(next, nextAt);
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(Math.max(next, now + TOGETHER_MS));
  }

  /** Answers when to look again. */
  #lookAt(partition: Aging, now: number): number | undefined {
    partition.tick(now);
    if (partition.openBytes === 0) {
      this.#dueAt.delete(partition);
      return undefined;
    }
    this.#dueAt.set(partition, now + AGAIN_MS);
    return now + AGAIN_MS;
  }
}
