/** From the bytes of a fetched partition to record blocks, without a copy. */
import { FatalError, toError } from '../../errors.ts';
import { keyAt, type RecordBlock } from '../../records.ts';
import { AbortedFilter, isAbortKey } from './aborted-filter.ts';
import { type BatchHeader, batchesIn, checksumOf, type LegacyRun, RECORDS_AT } from './batch-header.ts';
import { BlockBuilder, COLUMN_BYTES, RecordLayoutError } from './block-builder.ts';
import { decompress } from './codecs.ts';
import { type Crc32c, loadCrc32c } from './crc32c.ts';
import { safeOffset } from './offset.ts';
import {
  corruptBatch,
  type FetchedRecords,
  heldBy,
  legacyBlocks,
  noCompleteBatch,
  type RecordSource,
  SMALLEST_RECORD_BYTES,
} from './record-source.ts';

/** Reads batches where they lie: nothing is copied, and uncompressed batches of one timestamp type share a block. */
export class RecordDecoder implements RecordSource {
  readonly #fetched: FetchedRecords;
  #builder: BlockBuilder | undefined;
  /** Bytes beside those of the frame that the builder's block will keep alive. */
  #ownBytes = 0;
  #nextOffset: number;

  constructor(fetched: FetchedRecords) {
    this.#fetched = fetched;
    this.#nextOffset = fetched.fetchOffset;
  }

  get nextOffset(): number {
    return this.#nextOffset;
  }

  async *blocks(): AsyncGenerator<RecordBlock, void> {
    const { bytes } = this.#fetched;
    const crc32c = await loadCrc32c();
    const batches = [...batchesIn(bytes)];
    if (batches.length === 0 && bytes.length > 0) throw noCompleteBatch(this.#fetched);
    try {
      yield* this.#decoded(batches, crc32c);
    } catch (thrown) {
      // What came before the damage is good.
      yield* this.#flush();
      throw thrown;
    }
    yield* this.#flush();
  }

  async *#decoded(batches: readonly (BatchHeader | LegacyRun)[], crc32c: Crc32c): AsyncGenerator<RecordBlock, void> {
    const { bytes, fetchOffset, readCommitted, abortedTransactions } = this.#fetched;
    const aborted = new AbortedFilter(abortedTransactions);
    // A damaged count is found when its batch is checked; until then it must not decide how much memory is taken.
    const room = (batch: BatchHeader) =>
      Math.min(Math.max(batch.recordCount, 0), (batch.end - batch.start) / SMALLEST_RECORD_BYTES);
    const plain = batches.filter((batch) => !('legacy' in batch) && batch.codecId === 0) as BatchHeader[];
    const roomNeeded = Math.ceil(plain.reduce((sum, batch) => sum + room(batch), 0));
    for (const batch of batches) {
      if ('legacy' in batch) {
        yield* this.#flush();
        const run = bytes.subarray(batch.start, batch.end);
        for await (const { block, nextOffset } of legacyBlocks(this.#fetched, run, this.#nextOffset)) {
          this.#nextOffset = Math.max(this.#nextOffset, nextOffset);
          if (block !== undefined) yield block;
        }
        continue;
      }
      this.#check(batch, crc32c);
      const hidden = aborted.hides(batch, batch.isControl && isAbortKey(this.#markerKey(batch)));
      const seen = batch.isControl ? false : !(hidden && readCommitted);
      const wanted = seen && batch.lastOffset >= fetchOffset;
      if (wanted && !this.#joins(batch)) yield* this.#flush();
      if (wanted) this.#add(batch, batch.codecId === 0 ? bytes : await this.#decompressed(batch), roomNeeded);
      this.#nextOffset = Math.max(this.#nextOffset, safeOffset(batch.lastOffset + 1));
      if (batch.codecId !== 0) yield* this.#flush();
    }
  }

  /** Whether the records of a batch have a place in the block that is being built. */
  #joins(batch: BatchHeader): boolean {
    const current = this.#builder;
    return (
      current !== undefined &&
      batch.codecId === 0 &&
      current.bytes === this.#fetched.bytes &&
      current.timestampType === batch.timestampType &&
      current.fits(batch.recordCount)
    );
  }

  #check(batch: BatchHeader, crc32c: Crc32c): void {
    const { bytes } = this.#fetched;
    const { start, end, magic, baseOffset } = batch;
    if (end - start < RECORDS_AT) throw this.#corrupt(baseOffset, 'the batch is shorter than its header');
    if (magic !== 2) throw this.#corrupt(baseOffset, `no format has the number ${magic}`);
    const { stored, covered } = checksumOf(bytes, batch);
    const computed = crc32c(covered);
    if (computed !== stored) {
      throw this.#corrupt(baseOffset, `its CRC-32C is ${computed.toString(16)} and should be ${stored.toString(16)}`);
    }
    safeOffset(baseOffset);
  }

  /** @param plain what the records lie in: the fetched bytes, or the batch decompressed */
  #add(batch: BatchHeader, plain: Buffer, roomNeeded: number): void {
    const { bytes, topic, partition, fetchOffset } = this.#fetched;
    const recordsFrom = batch.codecId === 0 ? batch.start + RECORDS_AT : 0;
    const recordsTo = batch.codecId === 0 ? batch.end : plain.length;
    this.#checkCount(batch, recordsTo - recordsFrom);
    if (this.#builder === undefined) {
      const capacity = batch.codecId === 0 ? roomNeeded : batch.recordCount;
      this.#builder = new BlockBuilder({ topic, partition }, plain, batch.timestampType, capacity);
      this.#ownBytes = capacity * COLUMN_BYTES + (plain === bytes ? 0 : plain.length);
    }
    this.#walk(batch, this.#builder, recordsFrom, recordsTo, fetchOffset);
  }

  #checkCount({ baseOffset, recordCount }: BatchHeader, bytes: number): void {
    if (recordCount >= 0 && recordCount * SMALLEST_RECORD_BYTES <= bytes) return;
    throw this.#corrupt(baseOffset, `${recordCount} records do not fit into ${bytes} bytes`);
  }

  #walk(batch: BatchHeader, builder: BlockBuilder, from: number, to: number, firstOffset: number): void {
    try {
      builder.addRecords(batch, from, to, firstOffset);
    } catch (thrown) {
      if (thrown instanceof RecordLayoutError) throw this.#corrupt(thrown.offset, thrown.message);
      throw thrown;
    }
  }

  /** Key of the one record of a control batch; null where it is not there any more. */
  #markerKey(batch: BatchHeader): Buffer | null {
    if (batch.codecId !== 0) return null;
    const from = batch.start + RECORDS_AT;
    this.#checkCount(batch, batch.end - from);
    const builder = new BlockBuilder(this.#fetched, this.#fetched.bytes, batch.timestampType, batch.recordCount);
    this.#walk(batch, builder, from, batch.end, Number.NEGATIVE_INFINITY);
    const marker = builder.build();
    return marker === undefined ? null : keyAt(marker, 0);
  }

  async #decompressed(batch: BatchHeader): Promise<Buffer> {
    try {
      return await decompress(batch.codecId, this.#fetched.bytes.subarray(batch.start + RECORDS_AT, batch.end));
    } catch (thrown) {
      if (thrown instanceof FatalError && thrown.code === 'RECORD_BATCH_CORRUPT') {
        throw this.#corrupt(batch.baseOffset, toError(thrown).message);
      }
      throw thrown;
    }
  }

  *#flush(): Generator<RecordBlock> {
    const builder = this.#builder;
    this.#builder = undefined;
    if (builder === undefined || builder.count === 0) return;
    const block = builder.build(heldBy(this.#fetched, builder.bytes, this.#ownBytes));
    if (block !== undefined) yield block;
  }

  #corrupt(offset: number, what: string): FatalError {
    return corruptBatch(this.#fetched, offset, what);
  }
}
