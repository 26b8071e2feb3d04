/** Records as rows of a table with a primary key, by the buckets of a session. */
import type { Clock } from '../../shared/clock.ts';
import { RecordError } from '../../shared/errors.ts';
import type { Crc32c } from '../../shared/kafka/wire/crc32c.ts';
import { isTombstone } from '../../shared/null-values.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../shared/records.ts';
import { refusal } from './batch-parts.ts';
import type { RowFormat } from './format/row-format.ts';
import type { Upsert } from './table-target.ts';
import { RowEncoder } from './tunnel/row-encoder.ts';

interface BucketRows {
  readonly bucket: number;
  readonly encoder: RowEncoder;
}

export interface UpsertRows {
  readonly buckets: readonly BucketRows[];
  readonly rows: number;
  readonly refused: readonly RecordOutcome[];
}

interface UpsertRowsDeps {
  readonly format: RowFormat;
  /** Of the table, in its order. */
  readonly primaryKey: readonly string[];
  readonly crc32c: Crc32c;
  readonly clock: Clock;
}

/** Rows of one key go to one bucket, in the order of their records: the last one stays. A tombstone takes the row of its key away.
 *  @throws FatalError `MAXCOMPUTE_TABLE_UNFIT` when nothing is written to the key; the signal's reason when it is aborted */
export async function upsertRows(
  batch: RecordBatch,
  session: Upsert,
  { format, primaryKey, crc32c, clock }: UpsertRowsDeps,
  signal: AbortSignal,
): Promise<UpsertRows> {
  const { hashKey } = session;
  const keyed = format.keyed([...hashKey, ...without(primaryKey, hashKey)]);
  const encoders = new Map<number, RowEncoder>();
  const refused: RecordOutcome[] = [];
  let rows = 0;

  const encoderOf = (bucket: number): RowEncoder => {
    const known = encoders.get(bucket);
    if (known !== undefined) return known;
    const made = new RowEncoder(session.rowColumns, crc32c);
    encoders.set(bucket, made);
    return made;
  };
  const add = (block: RecordBlock, index: number): RecordError | undefined => {
    const keys = keyed.keysOf(block, index);
    if (keys instanceof RecordError) return keys;
    const encoder = encoderOf(session.bucketOf(keys.slice(0, hashKey.length)));
    const error = keyed.fill(encoder, block, index);
    if (error !== undefined) return error;
    session.endRow(encoder, isTombstone(block, index) ? 'delete' : 'upsert');
    rows++;
    return undefined;
  };

  try {
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; index++) {
        const error = add(block, index);
        if (error !== undefined) refused.push(refusal(batch, offsetAt(block, index), error));
        const breath = clock.breath();
        if (breath === undefined) continue;
        await breath;
        signal.throwIfAborted();
      }
    }
  } catch (thrown) {
    for (const encoder of encoders.values()) encoder.discard();
    throw thrown;
  }
  const filled = [...encoders].filter(([, encoder]) => encoder.rows > 0);
  return { buckets: filled.map(([bucket, encoder]) => ({ bucket, encoder })), rows, refused };
}

function without(names: readonly string[], others: readonly string[]): readonly string[] {
  const lower = others.map((name) => name.toLowerCase());
  return names.filter((name) => !lower.includes(name.toLowerCase()));
}
