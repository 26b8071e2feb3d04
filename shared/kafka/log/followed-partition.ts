/** One partition that is followed: how far it was read, how it fares, and who waits for what. */
import { aborted } from '../../aborted.ts';
import type { Beginning } from './topic-listener.ts';

interface Waiter {
  readonly offset: number;
  readonly resolve: () => void;
}

export class FollowedPartition {
  /** Offset of the next record to read. */
  position = 0;
  /** Set while it is to be read from its beginning. */
  beginning: Beginning | 'out-of-range' | undefined = 'start';
  /** A request is under way for it. */
  busy = false;
  /** Something failed since its topic's id was last asked for. */
  doubtful = false;
  /** Requests for it that failed, one after the other. */
  failures = 0;
  /** It was said that it cannot be read. */
  said = false;
  /** Where the log begins, as far as is known. */
  #logStart = 0;
  /** Offset up to which it is read before it counts as known; undefined once it is. */
  #goal: number | undefined;
  readonly #waiters = new Set<Waiter>();

  /** @param answeredAt epoch ms of the last answer; now, before there was one */
  constructor(
    readonly id: number,
    public answeredAt: number,
  ) {}

  /** Everything that was there when its reading began was told. */
  get isKnown(): boolean {
    return this.beginning === undefined && this.#goal === undefined;
  }

  /** From now on it is read from `start` on; what lies before `end` is what was there. `tell` is told why. */
  begin(start: number, end: number, tell: (why: Beginning) => void): void {
    const wanted = this.beginning ?? 'start';
    const why = wanted === 'out-of-range' ? (this.position < start ? 'missed' : 'truncated') : wanted;
    this.position = start;
    this.#logStart = start;
    this.#goal = end;
    this.beginning = undefined;
    tell(why);
  }

  /** True once for each beginning: when everything that was there is read. */
  reachesGoal(): boolean {
    if (this.#goal === undefined || this.position < this.#goal) return false;
    this.#goal = undefined;
    return true;
  }

  /** True once for each new beginning of the log. */
  isTrimmedTo(logStart: number): boolean {
    if (logStart <= this.#logStart) return false;
    this.#logStart = logStart;
    return true;
  }

  /** Resolves once everything before `offset` was told. Rejects with the signal's reason. */
  async past(offset: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#isPast(offset)) return;
    const ended = new AbortController();
    let waiter: Waiter | undefined;
    const reached = new Promise<void>((resolve) => {
      waiter = { offset, resolve };
      this.#waiters.add(waiter);
    });
    try {
      await Promise.race([reached, aborted(AbortSignal.any([signal, ended.signal]))]);
      signal.throwIfAborted();
    } finally {
      ended.abort();
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  /** Lets go those who wait for what is read by now. */
  settle(): void {
    for (const waiter of this.#waiters) if (this.#isPast(waiter.offset)) waiter.resolve();
  }

  #isPast(offset: number): boolean {
    return this.isKnown && this.position >= offset;
  }
}
