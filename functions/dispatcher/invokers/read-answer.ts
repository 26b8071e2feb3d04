/** What the answer of a function means for its batch, however it came. */
import { parseAnswer } from '../../../shared/answer.ts';
import { FatalError } from '../../../shared/errors.ts';
import type { BatchOutcome } from '../../../shared/outcomes.ts';
import type { RecordBatch } from '../../../shared/records.ts';

/** @param answer bytes of a response, or what a function in this process returned
 *  @param userFunction true: an answer of another shape than ours means "all written". False (our own sinks): it is a protocol breach
 *  @param where key that says which function it is
 *  @throws FatalError when the answer says so, or breaks the protocol */
export function readAnswer(
  answer: Buffer | string | object,
  batch: Pick<RecordBatch, 'count'>,
  userFunction: boolean,
  where = 'invoke.http.url',
): BatchOutcome {
  const parsed = parseAnswer(answer);
  if (parsed === undefined) {
    if (userFunction) return { all: 'written', count: batch.count };
    const size = typeof answer === 'string' || Buffer.isBuffer(answer) ? ` (${Buffer.byteLength(answer)} bytes)` : '';
    throw new FatalError(
      'ANSWER_INVALID',
      `an answer without outcomes${size}; a sink of ours always answers with them: check ${where}`,
    );
  }
  if ('fatal' in parsed) {
    const { code, message, scope, mayHeal } = parsed.fatal;
    throw new FatalError(code, message, {
      ...(scope !== undefined && { scope }),
      ...(mayHeal !== undefined && { mayHeal }),
    });
  }
  return parsed;
}
