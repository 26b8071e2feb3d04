/** Which topics a task reads, told when their records come. */
import type { Clock } from '../../shared/clock.ts';

/** A topic that is read is told again after this: whoever keeps the list may have emptied it meanwhile. */
const AGAIN_MS = 10_000;

export class TopicsRead {
  /** Epoch ms of when each was told. */
  readonly #toldAt = new Map<string, number>();

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly tell: (topic: string) => void,
  ) {}

  /** Call for each block of records. */
  seen(topic: string): void {
    const now = this.clock.now();
    const ms = now - (this.#toldAt.get(topic) ?? Number.NEGATIVE_INFINITY);
    // Less than nothing only where the clock was set back.
    if (ms >= 0 && ms < AGAIN_MS) return;
    this.#toldAt.set(topic, now);
    this.tell(topic);
  }
}
