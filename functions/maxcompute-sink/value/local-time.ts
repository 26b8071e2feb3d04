/** Times on the clock of a place, as points in time. */
import { type ZoneOffset, zoneOffset } from '../../../shared/zone-offset.ts';

/** Offsets of all zones in use change at whole quarters of an hour. */
const QUARTER_SECONDS = 900;
const DAY_SECONDS = 86_400;
const CACHED_QUARTERS = 1_024;

export class LocalTime {
  readonly #offset: ZoneOffset;
  readonly #isUtc: boolean;
  readonly #cache = new Map<number, number>();

  /** @param timeZone an IANA name that `timeZoneProblem` finds nothing wrong with */
  constructor(timeZone: string) {
    this.#offset = zoneOffset(timeZone);
    this.#isUtc = new Intl.DateTimeFormat('en-US', { timeZone }).resolvedOptions().timeZone === 'UTC';
  }

  /** Epoch seconds at which the clock there shows `localSeconds` (those that UTC shows at that number). Of an hour that comes twice the first is
   *  meant; a time in an hour that is left out is moved on by as much. Source: `java.time.ZonedDateTime.ofLocal`, which does the same. */
  epochSeconds(localSeconds: number): number {
    if (this.#isUtc) return localSeconds;
    const before = this.#offsetAt(localSeconds - DAY_SECONDS);
    const early = localSeconds - before;
    const after = this.#offsetAt(localSeconds + DAY_SECONDS);
    if (before === after || this.#offsetAt(early) === before) return early;
    const late = localSeconds - after;
    return this.#offsetAt(late) === after ? late : early;
  }

  #offsetAt(epochSeconds: number): number {
    const quarter = Math.floor(epochSeconds / QUARTER_SECONDS);
    let offset = this.#cache.get(quarter);
    if (offset === undefined) {
      if (this.#cache.size >= CACHED_QUARTERS) this.#cache.clear();
      // Whoever asks first within it gets no other answer than the next.
      offset = this.#offset(quarter * QUARTER_SECONDS * 1_000);
      this.#cache.set(quarter, offset);
    }
    return offset;
  }
}
