/** What decodes fetched records, whichever way: what goes in, what comes out, and what both ways share. */
import { FatalError, toError } from '../../errors.ts';
import { type BlockMemory, partitionName, type RecordBlock, type TopicPartition } from '../../records.ts';
import type { RoomSource } from './batch-room.ts';
import { COLUMN_BYTES } from './block-builder.ts';
import type { AbortedTransaction } from './fetch-response.ts';
import { decodeLegacyRun } from './legacy-records.ts';

/** Length, attributes, two deltas, two lengths and a header count take a byte each at the least. */
export const SMALLEST_RECORD_BYTES = 7;

export interface FetchedRecords extends TopicPartition {
  readonly bytes: Buffer;
  /** Position that was asked for: a batch may begin before it. */
  readonly fetchOffset: number;
  readonly readCommitted: boolean;
  readonly abortedTransactions: readonly AbortedTransaction[];
  /** Where it is counted what blocks keep alive: `frame` is what `bytes` is a view of. */
  readonly memory?: RoomSource & { readonly frame: BlockMemory };
}

/** Decodes fetched record batches one after another: a compressed one is opened when the block before it is done with, so that whoever
 *  stops early never held them all. Control batches are never seen, aborted transactions not under read_committed. */
export interface RecordSource {
  /** One past the last offset that is decoded, visible or not. */
  readonly nextOffset: number;
  /** Blocks in offset order, none empty. Each comes with its `memory` held once: release it. Call once.
   *  @throws FatalError `RECORD_BATCH_CORRUPT` naming topic, partition and offset; `KAFKA_CODEC_MISSING`; `OFFSET_UNSAFE` */
  blocks(): AsyncGenerator<RecordBlock, void>;
}

/** The error of a batch at `offset` that cannot be read. */
export function corruptBatch(tp: TopicPartition, offset: number, what: string): FatalError {
  const { topic, partition } = tp;
  return new FatalError(
    'RECORD_BATCH_CORRUPT',
    `the batch at ${partitionName(tp)} offset ${offset} is damaged: ${what}`,
    { context: { topic, partition, offset } },
  );
}

/** The error of a partition of which something came, and no complete batch: brokers since Fetch version 3 send at least one, or nothing. */
export function noCompleteBatch({ topic, partition, fetchOffset, bytes }: FetchedRecords): FatalError {
  return corruptBatch(
    { topic, partition },
    fetchOffset,
    `its size is more than the ${bytes.length} bytes that came of it`,
  );
}

/** Counts what a block keeps alive: `ownBytes`, and `shared`, which others count, where its bytes lie in there. */
export function heldBy(
  { memory }: FetchedRecords,
  ownBytes: number,
  shared: BlockMemory | undefined,
): BlockMemory | undefined {
  if (memory === undefined || shared === undefined) return memory?.account.take(ownBytes);
  shared.retain();
  return memory.account.take(ownBytes, (clean) => (clean ? shared.release() : shared.discard()));
}

/** Blocks of a run of old messages, each with the offset to go on at after it; without a block where none is left to be seen.
 *  @param at offset that the run begins at, as far as is known */
export async function* legacyBlocks(
  fetched: FetchedRecords,
  run: Buffer,
  at: number,
): AsyncGenerator<{ readonly block?: RecordBlock; readonly nextOffset: number }, void> {
  const { blocks, nextOffset } = await decodeLegacyRun(fetched, run, fetched.fetchOffset).catch((thrown: unknown) => {
    throw thrown instanceof FatalError ? thrown : corruptBatch(fetched, at, toError(thrown).message);
  });
  for (const block of blocks) {
    // Whoever stops here has only what came so far, and holds only that.
    const end = block === blocks.at(-1) ? nextOffset : (block.offsets.at(-1) ?? 0) + 1;
    const memory = fetched.memory?.account.take(block.bytes.length + block.count * COLUMN_BYTES);
    yield { block: memory === undefined ? block : { ...block, memory }, nextOffset: end };
  }
  yield { nextOffset };
}
