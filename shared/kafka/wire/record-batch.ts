/** From the bytes of a fetched partition to record blocks. */
import { FatalError, toError } from '../../errors.ts';
import type { MemoryAccount } from '../../memory-account.ts';
import type { BlockMemory, RecordBlock, TopicPartition } from '../../records.ts';
import { AbortedFilter } from './aborted-filter.ts';
import { type BatchHeader, batchesIn, checksumOf, RECORDS_AT } from './batch-header.ts';
import { BlockBuilder, COLUMN_BYTES, RecordLayoutError } from './block-builder.ts';
import { decompress } from './codecs.ts';
import { type Crc32c, loadCrc32c } from './crc32c.ts';
import type { AbortedTransaction } from './fetch-response.ts';
import { decodeLegacyRun } from './legacy-records.ts';
import { safeOffset } from './offset.ts';

/** Length, attributes, two deltas, two lengths and a header count take a byte each at the least. */
const SMALLEST_RECORD_BYTES = 7;

export interface FetchedRecords extends TopicPartition {
  readonly bytes: Buffer;
  /** Position that was asked for: a batch may begin before it. */
  readonly fetchOffset: number;
  readonly readCommitted: boolean;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Where it is counted what blocks keep alive: `frame` is what `bytes` is a view of. */
  readonly memory?: { readonly account: MemoryAccount; readonly frame: BlockMemory };
}

export interface DecodedRecords {
  /** In offset order, none empty. Uncompressed batches of one timestamp type share a block, without a copy. */
  readonly blocks: readonly RecordBlock[];
  /** One past the last offset that the complete batches cover, visible or not; `fetchOffset` when there was none. */
  readonly nextOffset: number;
}

/** Decodes fetched record batches, all at once; counts nothing. As `RecordDecoder`. */
export async function decodeRecords(fetched: Omit<FetchedRecords, 'memory'>): Promise<DecodedRecords> {
  const decoder = new RecordDecoder(fetched);
  const blocks: RecordBlock[] = [];
  for await (const block of decoder.blocks()) blocks.push(block);
  return { blocks, nextOffset: decoder.nextOffset };
}

/** Decodes fetched record batches one after another: a compressed one is opened when the block before it is done with, so that whoever
 *  stops early never held them all. Control batches are never seen, aborted transactions not under read_committed. */
export class RecordDecoder {
  readonly #fetched: FetchedRecords;
  #builder: BlockBuilder | undefined;
  /** Bytes beside those of the frame that the builder's block will keep alive. */
  #ownBytes = 0;
  #nextOffset: number;

  constructor(fetched: FetchedRecords) {
    this.#fetched = fetched;
    this.#nextOffset = fetched.fetchOffset;
  }

  /** One past the last offset that is decoded, visible or not. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Blocks in offset order, as `DecodedRecords` says. Each comes with its `memory` held once: release it. Call once.
   *  @throws FatalError `RECORD_BATCH_CORRUPT` naming topic, partition and offset; `KAFKA_CODEC_MISSING`; `OFFSET_UNSAFE` */
  async *blocks(): AsyncGenerator<RecordBlock, void> {
    const crc32c = await loadCrc32c();
    const { bytes, fetchOffset, readCommitted, abortedTransactions } = this.#fetched;
    const aborted = new AbortedFilter(abortedTransactions);
    const batches = [...batchesIn(bytes)];
    // A damaged count is found when its batch is checked; until then it must not decide how much memory is taken.
    const room = (batch: BatchHeader) =>
      Math.min(Math.max(batch.recordCount, 0), (batch.end - batch.start) / SMALLEST_RECORD_BYTES);
    const plain = batches.filter((batch) => !('legacy' in batch) && batch.codecId === 0) as BatchHeader[];
    const roomNeeded = Math.ceil(plain.reduce((sum, batch) => sum + room(batch), 0));
    for (const batch of batches) {
      if ('legacy' in batch) {
        yield* this.#flush();
        yield* this.#legacyBlocks(bytes.subarray(batch.start, batch.end));
        continue;
      }
      this.#check(batch, crc32c);
      const hidden = aborted.hides(bytes, batch);
      const seen = batch.isControl ? false : !(hidden && readCommitted);
      const wanted = seen && batch.lastOffset >= fetchOffset;
      if (wanted && !this.#joins(batch)) yield* this.#flush();
      if (wanted) await this.#add(batch, roomNeeded);
      this.#nextOffset = Math.max(this.#nextOffset, safeOffset(batch.lastOffset + 1));
      if (batch.codecId !== 0) yield* this.#flush();
    }
    yield* this.#flush();
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
    if (batch.end - batch.start < RECORDS_AT)
      throw this.#corrupt(batch.baseOffset, 'the batch is shorter than its header');
    const { stored, covered } = checksumOf(bytes, batch);
    const computed = crc32c(covered);
    if (computed !== stored) {
      throw this.#corrupt(
        batch.baseOffset,
        `its CRC-32C is ${computed.toString(16)} and should be ${stored.toString(16)}`,
      );
    }
  }

  async #add(batch: BatchHeader, roomNeeded: number): Promise<void> {
    const { bytes, topic, partition, fetchOffset } = this.#fetched;
    const packed = bytes.subarray(batch.start + RECORDS_AT, batch.end);
    const plain = batch.codecId === 0 ? bytes : await this.#decompress(batch, packed);
    const recordsFrom = batch.codecId === 0 ? batch.start + RECORDS_AT : 0;
    const recordsTo = batch.codecId === 0 ? batch.end : plain.length;
    if (batch.recordCount < 0 || batch.recordCount * SMALLEST_RECORD_BYTES > recordsTo - recordsFrom) {
      throw this.#corrupt(
        batch.baseOffset,
        `${batch.recordCount} records do not fit into ${recordsTo - recordsFrom} bytes`,
      );
    }
    if (this.#builder === undefined) {
      const capacity = batch.codecId === 0 ? roomNeeded : batch.recordCount;
      this.#builder = new BlockBuilder({ topic, partition }, plain, batch.timestampType, capacity);
      this.#ownBytes = capacity * COLUMN_BYTES + (plain === bytes ? 0 : plain.length);
    }
    try {
      this.#builder.addRecords(batch, recordsFrom, recordsTo, fetchOffset);
    } catch (thrown) {
      if (thrown instanceof RecordLayoutError) throw this.#corrupt(thrown.offset, thrown.message);
      throw thrown;
    }
  }

  async *#legacyBlocks(run: Buffer): AsyncGenerator<RecordBlock, void> {
    const { fetchOffset, memory } = this.#fetched;
    const { blocks, nextOffset } = await decodeLegacyRun(this.#fetched, run, fetchOffset).catch((thrown: unknown) => {
      throw thrown instanceof FatalError ? thrown : this.#corrupt(this.#nextOffset, toError(thrown).message);
    });
    for (const [at, block] of blocks.entries()) {
      // Whoever stops here has only what came so far, and holds only that.
      const end = at === blocks.length - 1 ? nextOffset : safeOffset((block.offsets.at(-1) ?? 0) + 1);
      this.#nextOffset = Math.max(this.#nextOffset, end);
      if (memory === undefined) yield block;
      else yield { ...block, memory: memory.account.take(block.bytes.length + block.count * COLUMN_BYTES) };
    }
    this.#nextOffset = Math.max(this.#nextOffset, nextOffset);
  }

  async #decompress(batch: BatchHeader, packed: Buffer): Promise<Buffer> {
    try {
      return await decompress(batch.codecId, packed);
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
    const block = builder.build(this.#count(builder));
    if (block !== undefined) yield block;
  }

  /** A block over the fetched bytes keeps the whole frame alive. */
  #count({ bytes }: BlockBuilder): BlockMemory | undefined {
    const { memory } = this.#fetched;
    if (memory === undefined) return undefined;
    const { account, frame } = memory;
    if (bytes !== this.#fetched.bytes) return account.take(this.#ownBytes);
    frame.retain();
    return account.take(this.#ownBytes, (clean) => (clean ? frame.release() : frame.discard()));
  }

  #corrupt(offset: number, what: string): FatalError {
    const { topic, partition } = this.#fetched;
    return new FatalError(
      'RECORD_BATCH_CORRUPT',
      `the batch at ${topic}-${partition} offset ${offset} is damaged: ${what}`,
      {
        context: { topic, partition, offset },
      },
    );
  }
}
