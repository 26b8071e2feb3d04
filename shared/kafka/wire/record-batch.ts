/** From the bytes of a fetched partition to record blocks. */
import { FatalError, toError } from '../../errors.ts';
import type { RecordBlock, TopicPartition } from '../../records.ts';
import { AbortedFilter } from './aborted-filter.ts';
import { type BatchHeader, batchesIn, checksumOf, RECORDS_AT } from './batch-header.ts';
import { BlockBuilder, RecordLayoutError } from './block-builder.ts';
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
}

export interface DecodedRecords {
  /** In offset order, none empty. Uncompressed batches of one timestamp type share a block, without a copy. */
  readonly blocks: readonly RecordBlock[];
  /** One past the last offset that the complete batches cover, visible or not; `fetchOffset` when there was none. */
  readonly nextOffset: number;
}

/** Decodes fetched record batches. Control batches are never seen, aborted transactions not under read_committed.
 *  @throws FatalError `RECORD_BATCH_CORRUPT` naming topic, partition and offset; `KAFKA_CODEC_MISSING`; `OFFSET_UNSAFE` */
export async function decodeRecords(fetched: FetchedRecords): Promise<DecodedRecords> {
  return await new Decoding(fetched, await loadCrc32c()).run();
}

class Decoding {
  readonly #fetched: FetchedRecords;
  readonly #crc32c: Crc32c;
  readonly #blocks: RecordBlock[] = [];
  #builder: BlockBuilder | undefined;
  #nextOffset: number;

  constructor(fetched: FetchedRecords, crc32c: Crc32c) {
    this.#fetched = fetched;
    this.#crc32c = crc32c;
    this.#nextOffset = fetched.fetchOffset;
  }

  async run(): Promise<DecodedRecords> {
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
        await this.#addLegacy(bytes.subarray(batch.start, batch.end));
        continue;
      }
      this.#check(batch);
      const hidden = aborted.hides(bytes, batch);
      const seen = batch.isControl ? false : !(hidden && readCommitted);
      if (seen && batch.lastOffset >= fetchOffset) await this.#add(batch, roomNeeded);
      this.#nextOffset = Math.max(this.#nextOffset, safeOffset(batch.lastOffset + 1));
    }
    this.#flush();
    return { blocks: this.#blocks, nextOffset: this.#nextOffset };
  }

  #check(batch: BatchHeader): void {
    const { bytes } = this.#fetched;
    if (batch.end - batch.start < RECORDS_AT)
      throw this.#corrupt(batch.baseOffset, 'the batch is shorter than its header');
    const { stored, covered } = checksumOf(bytes, batch);
    const computed = this.#crc32c(covered);
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
    const current = this.#builder;
    if (
      current === undefined ||
      current.bytes !== plain ||
      current.timestampType !== batch.timestampType ||
      !current.fits(batch.recordCount)
    ) {
      this.#flush();
      const capacity = batch.codecId === 0 ? roomNeeded : batch.recordCount;
      this.#builder = new BlockBuilder({ topic, partition }, plain, batch.timestampType, capacity);
    }
    try {
      this.#builder?.addRecords(batch, recordsFrom, recordsTo, fetchOffset);
    } catch (thrown) {
      if (thrown instanceof RecordLayoutError) throw this.#corrupt(thrown.offset, thrown.message);
      throw thrown;
    }
  }

  async #addLegacy(run: Buffer): Promise<void> {
    this.#flush();
    const { fetchOffset } = this.#fetched;
    const { blocks, nextOffset } = await decodeLegacyRun(this.#fetched, run, fetchOffset).catch((thrown: unknown) => {
      throw thrown instanceof FatalError ? thrown : this.#corrupt(this.#nextOffset, toError(thrown).message);
    });
    this.#blocks.push(...blocks);
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

  #flush(): void {
    const block = this.#builder?.build();
    if (block !== undefined) this.#blocks.push(block);
    this.#builder = undefined;
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
