/** Collects the records of one topic-partition into batches. Pure: time comes in with each call, batches go out by callback.
 *
 * A batch that goes out retains the memory of its records, once for each segment: `releaseBatch` is the receiver's.
 * Every record given to `add` or `addAlone` leaves in exactly one batch, in offset order within its window. A batch closes before
 * the record that would break one of its limits, so no batch is over a limit unless one record alone is. */
import { retainBatch } from './batch-memory.ts';
import { batchOf, overflowed } from './envelope/block-builder.ts';
import { ENVELOPE_OVERHEAD_BYTES } from './envelope/encode.ts';
import { OpenBatch } from './open-batch.ts';
import type { BatchSegment, Overflow, RecordBatch, RecordBlock, TopicPartition } from './records.ts';
import type { PeriodOf } from './sink.ts';

/** When a batch closes. */
export interface BatchLimits {
  readonly maxRecords: number;
  /** Encoded bytes of the whole envelope. */
  readonly maxBytes: number;
  /** Age of a batch, from its first record. */
  readonly lingerMs: number;
  /** Batches that may be open at one time, one a window. */
  readonly maxOpenWindows: number;
  /** Periods of the wall clock that no batch is open beyond. */
  readonly periodOf?: PeriodOf | undefined;
}

/** Why a batch closed: a limit, `schedule` at the end of its period, `window` when another window needed its place, `flush`, `memory` and `plan` when it was asked for. */
export type CloseReason = 'count' | 'bytes' | 'age' | 'schedule' | 'window' | 'flush' | 'memory' | 'plan';

/** One per partition. Not re-entrant: `onClosed` must not call back into the batcher. */
export class Batcher {
  readonly #tp: TopicPartition;
  readonly #limits: BatchLimits;
  readonly #onClosed: (batch: RecordBatch, reason: CloseReason) => void;
  /** By window, in the order they were opened. */
  readonly #open = new Map<string | undefined, OpenBatch>();
  #openBytes = 0;
  #openRecords = 0;
  /** Records taken in so far: what tells which window was untouched for longest. */
  #added = 0;
  /** The period, and when it was looked at. */
  #period: number | undefined;
  #periodAt = Number.NaN;
  /** The column of a run of one record. */
  readonly #single = new Float64Array(1);

  constructor(tp: TopicPartition, limits: BatchLimits, onClosed: (batch: RecordBatch, reason: CloseReason) => void) {
    this.#tp = tp;
    this.#limits = limits;
    this.#onClosed = onClosed;
  }

  /** Sum of the open batches' `encodedBytes`: of their records as given to `add`, plus the envelope's overhead for each batch. */
  get openBytes(): number {
    return this.#openBytes;
  }

  get openRecords(): number {
    return this.#openRecords;
  }

  /** Adds record `index` of `block`. `encodedBytes` is its `encodedRecordBytes`; `now` is epoch ms. */
  add(block: RecordBlock, index: number, encodedBytes: number, window: string | undefined, now: number): void {
    this.#single[0] = encodedBytes;
    this.addRun({ block, from: index, to: index + 1 }, this.#single, index, window, now);
  }

  /** Adds the records of `segment`, all of one window, as if each was added by itself.
   *  @param encodedBytes `encodedRecordBytes` of records from `first` on */
  addRun(
    { block, from, to }: BatchSegment,
    encodedBytes: Float64Array,
    first: number,
    window: string | undefined,
    now: number,
  ): void {
    this.#closePast(now);
    const { maxRecords, maxBytes } = this.#limits;
    let index = from;
    while (index < to) {
      const start = index;
      let added = encodedBytes[index++ - first] ?? 0;
      let open = this.#open.get(window);
      if (open !== undefined && open.bytes + added > maxBytes) {
        this.#close(open, 'bytes');
        open = undefined;
      }
      open ??= this.#openWindow(window, now);
      // As many as fit beside the first.
      const roomBytes = maxBytes - open.bytes;
      const end = Math.min(to, start + maxRecords - open.count);
      while (index < end) {
        const more = added + (encodedBytes[index - first] ?? 0);
        if (more > roomBytes) break;
        added = more;
        index++;
      }
      open.add(block, start, index, added);
      this.#added += index - start;
      open.touched = this.#added;
      this.#openRecords += index - start;
      this.#openBytes += added;
      if (open.count >= maxRecords) this.#close(open, 'count');
      // Full to the last byte, or one record alone over the limit: nothing can join it any more.
      else if (open.bytes >= maxBytes) this.#close(open, 'bytes');
    }
  }

  /** Sends record `index` in a batch of its own, after the open batch of its window. With `overflow`, the batch carries that in place
   *  of the value; `encodedBytes` is then its `encodedOverflowBytes`. */
  addAlone(
    block: RecordBlock,
    index: number,
    encodedBytes: number,
    window: string | undefined,
    overflow: Overflow | null,
  ): void {
    const open = this.#open.get(window);
    if (open !== undefined) this.#close(open, 'bytes');
    const bytes = ENVELOPE_OVERHEAD_BYTES + encodedBytes;
    const batch =
      overflow === null
        ? batchOf(block, index, index + 1, { window, encodedBytes: bytes })
        : { ...overflowed(block, index, overflow, window), encodedBytes: bytes };
    retainBatch(batch);
    this.#onClosed(batch, 'bytes');
  }

  /** Closes every batch that is `lingerMs` old or older at `now`, and all of them when a period is over. */
  closeDue(now: number): void {
    this.#closePast(now);
    for (const open of this.#open.values()) {
      // The clock was set back: a batch of the future would wait for as long as that.
      if (open.openedAt > now) open.openedAt = now;
      if (now - open.openedAt >= this.#limits.lingerMs) this.#close(open, 'age');
    }
  }

  /** Milliseconds until `closeDue` will find something too old, 0 when it does now; `undefined` while nothing is open. */
  msUntilDue(now: number): number | undefined {
    let due: number | undefined;
    for (const { openedAt } of this.#open.values()) {
      const left = Math.max(0, openedAt + this.#limits.lingerMs - now);
      due = due === undefined ? left : Math.min(due, left);
    }
    return due;
  }

  /** Closes the open batch of `window`, if there is one. */
  closeWindow(window: string | undefined, reason: CloseReason): void {
    const open = this.#open.get(window);
    if (open !== undefined) this.#close(open, reason);
  }

  /** Closes all open batches, the one opened first first. */
  flush(reason: CloseReason): void {
    for (const open of this.#open.values()) this.#close(open, reason);
  }

  /** Closes the open batch with the most bytes and returns these, or 0 when nothing is open. */
  closeLargest(reason: CloseReason): number {
    let largest: OpenBatch | undefined;
    for (const open of this.#open.values()) {
      if (largest === undefined || open.bytes > largest.bytes) largest = open;
    }
    if (largest === undefined) return 0;
    this.#close(largest, reason);
    return largest.bytes;
  }

  /** Lets go of all that is open. */
  drop(): void {
    for (const open of this.#open.values()) open.drop();
    this.#open.clear();
    this.#openBytes = 0;
    this.#openRecords = 0;
  }

  #openWindow(window: string | undefined, now: number): OpenBatch {
    if (this.#open.size >= this.#limits.maxOpenWindows) {
      // The one that nothing came for: those that records still come for would be opened again at once, and their objects be small.
      let idlest: OpenBatch | undefined;
      for (const open of this.#open.values()) {
        if (idlest === undefined || open.touched < idlest.touched) idlest = open;
      }
      if (idlest !== undefined) this.#close(idlest, 'window');
    }
    const open = new OpenBatch(window, now);
    this.#open.set(window, open);
    this.#openBytes += ENVELOPE_OVERHEAD_BYTES;
    return open;
  }

  /** Closes everything when the period of the wall clock is another one. */
  #closePast(now: number): void {
    const { periodOf } = this.#limits;
    if (periodOf === undefined || now === this.#periodAt) return;
    const period = periodOf(now);
    if (period !== this.#period) this.flush('schedule');
    this.#period = period;
    this.#periodAt = now;
  }

  #close(open: OpenBatch, reason: CloseReason): void {
    this.#open.delete(open.window);
    this.#openBytes -= open.bytes;
    this.#openRecords -= open.count;
    this.#onClosed(open.build(this.#tp), reason);
  }
}
