/** A batch that still takes records in. */
import { releaseBatch } from './batch-memory.ts';
import { batchOfSegments } from './envelope/block-builder.ts';
import { ENVELOPE_OVERHEAD_BYTES } from './envelope/encode.ts';
import type { RecordBatch, RecordBlock, TopicPartition } from './records.ts';

interface MutableSegment {
  readonly block: RecordBlock;
  readonly from: number;
  to: number;
}

/** Records of one window, added in offset order. Holds no copy: segments of blocks, whose memory it retains. Whoever gets the batch that is
 *  built releases it (`releaseBatch`). */
export class OpenBatch {
  readonly #segments: MutableSegment[] = [];
  #count = 0;
  #bytes = ENVELOPE_OVERHEAD_BYTES;
  /** When a record came last, in its owner's count. */
  touched = 0;

  /** @param openedAt epoch ms; set back by its owner when the clock was */
  constructor(
    readonly window: string | undefined,
    public openedAt: number,
  ) {}

  get count(): number {
    return this.#count;
  }

  /** Of the envelope, overhead included. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Adds records `from` to `to` of `block`; `encodedBytes` is the sum of their `encodedRecordBytes`. */
  add(block: RecordBlock, from: number, to: number, encodedBytes: number): void {
    // Consecutive records extend the last segment.
    const last = this.#segments.at(-1);
    if (last !== undefined && last.block === block && last.to === from) last.to = to;
    else {
      block.memory?.retain();
      this.#segments.push({ block, from, to });
    }
    this.#count += to - from;
    this.#bytes += encodedBytes;
  }

  /** Lets go of the records: there will be no batch. */
  drop(): void {
    releaseBatch({ segments: this.#segments });
    this.#segments.length = 0;
  }

  /** The batch; one record or more must have been added. */
  build(tp: TopicPartition): RecordBatch {
    return batchOfSegments(tp, this.#segments, this.#bytes, this.window);
  }
}
