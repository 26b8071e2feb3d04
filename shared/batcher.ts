/** Collects the records of one topic-partition into batches. Pure: time comes in with each call, batches go out by callback.
 *
 * Every record given to `add` or `addAlone` leaves in exactly one batch, in offset order within its window. A batch closes before
 * the record that would break one of its limits, so no batch is over a limit unless one record alone is. */
import { batchOf, batchOfSegments, overflowed } from './envelope/block-builder.ts';
import { ENVELOPE_OVERHEAD_BYTES } from './envelope/encode.ts';
import type { Overflow, RecordBatch, RecordBlock, TopicPartition } from './records.ts';

/** When a batch closes. */
export interface BatchLimits {
  readonly maxRecords: number;
  /** Encoded bytes of the whole envelope. */
  readonly maxBytes: number;
  /** Age of a batch, from its first record. */
  readonly lingerMs: number;
  /** Batches that may be open at one time, one a window. */
  readonly maxOpenWindows: number;
}

/** Why a batch closed: a limit, `window` when another window needed its place, `flush` and `memory` when it was asked for. */
export type CloseReason = 'count' | 'bytes' | 'age' | 'window' | 'flush' | 'memory';

interface MutableSegment {
  readonly block: RecordBlock;
  readonly from: number;
  to: number;
}

interface OpenBatch {
  readonly window: string | undefined;
  readonly openedAt: number;
  readonly segments: MutableSegment[];
  /** The one that consecutive records extend. */
  last: MutableSegment;
  count: number;
  /** Of the envelope, overhead included. */
  bytes: number;
}

/** One per partition. Not re-entrant: `onClosed` must not call back into the batcher. */
export class Batcher {
  readonly #tp: TopicPartition;
  readonly #limits: BatchLimits;
  readonly #onClosed: (batch: RecordBatch, reason: CloseReason) => void;
  /** By window, in the order they were opened. */
  readonly #open = new Map<string | undefined, OpenBatch>();
  #openBytes = 0;
  #openRecords = 0;

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
    let open = this.#open.get(window);
    if (open !== undefined && open.bytes + encodedBytes > this.#limits.maxBytes) {
      this.#close(open, 'bytes');
      open = undefined;
    }
    if (open === undefined) {
      open = this.#openWindow(window, { block, from: index, to: index + 1 }, now);
    } else if (open.last.block === block && open.last.to === index) {
      open.last.to = index + 1;
    } else {
      open.last = { block, from: index, to: index + 1 };
      open.segments.push(open.last);
    }
    open.count++;
    open.bytes += encodedBytes;
    this.#openRecords++;
    this.#openBytes += encodedBytes;
    if (open.count >= this.#limits.maxRecords) this.#close(open, 'count');
    // Full to the last byte, or one record alone over the limit: nothing can join it any more.
    else if (open.bytes >= this.#limits.maxBytes) this.#close(open, 'bytes');
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
    this.#onClosed(batch, 'bytes');
  }

  /** Closes every batch that is `lingerMs` old or older at `now`. */
  closeDue(now: number): void {
    for (const open of this.#open.values()) {
      if (now - open.openedAt >= this.#limits.lingerMs) this.#close(open, 'age');
    }
  }

  /** Milliseconds until `closeDue` will find something, 0 when it does now; `undefined` while nothing is open. */
  msUntilDue(now: number): number | undefined {
    let due: number | undefined;
    for (const { openedAt } of this.#open.values()) {
      const left = Math.max(0, openedAt + this.#limits.lingerMs - now);
      due = due === undefined ? left : Math.min(due, left);
    }
    return due;
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

  #openWindow(window: string | undefined, first: MutableSegment, now: number): OpenBatch {
    if (this.#open.size >= this.#limits.maxOpenWindows) {
      for (const oldest of this.#open.values()) {
        this.#close(oldest, 'window');
        break;
      }
    }
    const open: OpenBatch = {
      window,
      openedAt: now,
      segments: [first],
      last: first,
      count: 0,
      bytes: ENVELOPE_OVERHEAD_BYTES,
    };
    this.#open.set(window, open);
    this.#openBytes += ENVELOPE_OVERHEAD_BYTES;
    return open;
  }

  #close(open: OpenBatch, reason: CloseReason): void {
    this.#open.delete(open.window);
    this.#openBytes -= open.bytes;
    this.#openRecords -= open.count;
    this.#onClosed(batchOfSegments(this.#tp, open.segments, open.bytes, open.window), reason);
  }
}
