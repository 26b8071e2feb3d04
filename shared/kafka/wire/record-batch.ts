/** From the bytes of a fetched partition to record blocks, without a copy. */
import { FatalError, toError } from '../../errors.ts';
import { keyAt, type RecordBlock } from '../../records.ts';
import { AbortedFilter, isAbortKey } from './aborted-filter.ts';
import { type BatchHeader, batchesIn, checksumOf, type LegacyRun, RECORDS_AT } from './batch-header.ts';
import { BatchRoom } from './batch-room.ts';
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
  readonly #room: BatchRoom;
  #builder: BlockBuilder | undefined;
  /** Bytes that the builder's block alone will keep alive. */
  #ownBytes = 0;
  #nextOffset: number;

  constructor(fetched: FetchedRecords) {
    this.#fetched = fetched;
    this.#room = new BatchRoom(fetched.memory);
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
      yield* this.#flush();
    } catch (thrown) {
      // What came before the damage is good.
      yield* this.#flush();
      throw thrown;
    } finally {
      this.#room.close();
    }
  }

  async *#decoded(batches: readonly (BatchHeader | LegacyRun)[], crc32c: Crc32c): AsyncGenerator<RecordBlock, void> {
    const { bytes, fetchOffset, readCommitted, abortedTransactions } = this.#fetched;
    const aborted = new AbortedFilter(abortedTransactions);
    for (const [index, batch] of batches.entries()) {
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
      if (wanted) {
        const plain = batch.codecId === 0 ? bytes : await this.#decompressed(batch);
        this.#add(batch, plain, () => roomOfRun(batches, index));
      }
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

  /** @param plain what the records lie in: the fetched bytes, or the batch decompressed
   *  @param roomOfBlock records that a block takes which begins with this batch */
  #add(batch: BatchHeader, plain: Buffer, roomOfBlock: () => number): void {
    const { bytes, topic, partition, fetchOffset } = this.#fetched;
    const recordsFrom = batch.codecId === 0 ? batch.start + RECORDS_AT : 0;
    const recordsTo = batch.codecId === 0 ? batch.end : plain.length;
    this.#checkCount(batch, recordsTo - recordsFrom);
    if (this.#builder === undefined) {
      const capacity = batch.codecId === 0 ? roomOfBlock() : batch.recordCount;
      this.#builder = new BlockBuilder({ topic, partition }, plain, batch.timestampType, capacity);
      const isShared = plain === bytes || this.#room.memory !== undefined;
      this.#ownBytes = capacity * COLUMN_BYTES + (isShared ? 0 : plain.length);
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
    const { bytes } = this.#fetched;
    const packed = bytes.subarray(batch.start + RECORDS_AT, batch.end);
    this.#room.begin(packed.length, bytes.length - batch.end);
    try {
      return await decompress(batch.codecId, packed, this.#room);
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
    const { bytes, memory } = this.#fetched;
    const shared = builder.bytes === bytes ? memory?.frame : this.#room.memory;
    const block = builder.build(heldBy(this.#fetched, this.#ownBytes, shared));
    if (block !== undefined) yield block;
  }

  #corrupt(offset: number, what: string): FatalError {
    return corruptBatch(this.#fetched, offset, what);
  }
}

/** The most records of the uncompressed batches from `first` on that can share a block: up to one that is compressed, or of another kind.
 *  A damaged count is found when its batch is checked; until then it must not decide how much memory is taken. */
function roomOfRun(batches: readonly (BatchHeader | LegacyRun)[], first: number): number {
  const begin = batches[first];
  let room = 0;
  for (let index = first; index < batches.length; index++) {
    const batch = batches[index];
    if (batch === undefined || begin === undefined || 'legacy' in batch || 'legacy' in begin) break;
    if (batch.codecId !== 0 || batch.timestampType !== begin.timestampType) break;
    room += Math.min(Math.max(batch.recordCount, 0), Math.ceil((batch.end - batch.start) / SMALLEST_RECORD_BYTES));
  }
  return room;
}
