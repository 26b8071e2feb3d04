/** Errors of one record, which name it. */
import { RecordError } from '../../../shared/errors.ts';
import { offsetAt, partitionName, type RecordBlock } from '../../../shared/records.ts';
import type { ContentProblem } from './content.ts';

export function recordError({ code, message }: ContentProblem, block: RecordBlock, index: number): RecordError {
  const offset = offsetAt(block, index);
  const context = { topic: block.topic, partition: block.partition, offset };
  return new RecordError(code, `${partitionName(block)} at offset ${offset}: ${message}`, { context });
}
