/** A function of an author's as a writer of batches: what `createSinkHandler` is told of it. */
import { FatalError } from '../errors.ts';
import type { BatchOutcome } from '../outcomes.ts';
import { partitionName, type RecordBatch } from '../records.ts';
import type { SinkWriter } from '../sink.ts';
import type { FunctionContext, LineLogger } from './function-context.ts';
import { type Reading, readBatch } from './read-record.ts';
import type { Content } from './received-record.ts';
import type { SinkContext, SinkFunction } from './sink-function.ts';

/** For one call of the function: `platform` is that call's context, `logger` takes its lines.
 *  `write` throws what the author throws, and FatalError `ANSWER_INVALID` for a result that is none. */
export function authorWriter(
  write: SinkFunction<Content, Content>,
  reading: Reading,
  platform: FunctionContext,
  logger: LineLogger,
): SinkWriter {
  return {
    async write(batch, { signal, deadlineAt }) {
      const context: SinkContext = { requestId: platform.requestId, signal, deadlineAt, logger, platform };
      return outcomeOf(await write(readBatch(batch, reading), context), batch);
    },
    close: () => Promise.resolve(),
  };
}

/** Authors write JavaScript too, so nothing is taken for granted. Whether each record has its outcome is for the caller to see. */
function outcomeOf(result: unknown, batch: RecordBatch): BatchOutcome {
  if (result === 'written') return { all: 'written', count: batch.count };
  if (Array.isArray(result)) return { outcomes: result };
  const came = result === undefined ? 'nothing' : typeof result;
  throw new FatalError(
    'ANSWER_INVALID',
    `the function gave ${came} for ${batch.count} records of ${partitionName(batch)}; expected 'written', or an outcome for each record: record.written(), .dropped(), .errant(code, message) or .retry(afterMs)`,
    { context: batch },
  );
}
