/** A batch that is written in parts, each into its partition of the table, answered as one. */
import { RetriableError } from '../../shared/errors.ts';
import type { BatchOutcome, RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';

interface PartResult {
  readonly part: RecordBatch;
  readonly refused: readonly RecordOutcome[];
  /** Present: its other records are not written, as far as is known. */
  readonly failure?: RetriableError;
}

/** Writes one part after the other. `write` answers the records that are refused; all others of its part are written then.
 *  @throws RetriableError when no part could be written, and what else `write` throws */
export async function writeParts(
  batch: RecordBatch,
  parts: readonly RecordBatch[],
  write: (part: RecordBatch) => Promise<readonly RecordOutcome[]>,
): Promise<BatchOutcome> {
  const results: PartResult[] = [];
  for (const part of parts) {
    try {
      results.push({ part, refused: await write(part) });
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      results.push({ part, refused: [], failure: thrown });
    }
  }
  const [first] = results;
  if (first?.failure !== undefined && results.every(({ failure }) => failure !== undefined)) throw first.failure;
  if (results.every(({ refused, failure }) => refused.length === 0 && failure === undefined)) {
    return { all: 'written', count: batch.count };
  }
  return { outcomes: results.flatMap(outcomesOf) };
}

function outcomesOf({ part, refused, failure }: PartResult): readonly RecordOutcome[] {
  const { topic, partition } = part;
  const known = new Set(refused.map(({ offset }) => offset));
  const others = part.segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, i) => offsetAt(block, from + i)).filter((offset) => !known.has(offset)),
  );
  if (failure === undefined) {
    return [...refused, ...others.map((offset) => ({ topic, partition, offset, status: 'written' as const }))];
  }
  const { code, message, retryAfterMs } = failure;
  const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
  return others.map((offset) => ({ topic, partition, offset, status: 'retry' as const, code, message, ...wait }));
}
