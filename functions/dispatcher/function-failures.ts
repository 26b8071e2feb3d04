/** A record that a user's function fails alone: to the error topic, or the partition stops there. */
import type { ErrantReason } from '../../shared/errant.ts';
import { type FunctionFailure, FunctionTimeout } from '../../shared/errors.ts';
import type { DeliveryRun } from './delivery-run.ts';
import type { FailedPart } from './part-delivery.ts';

/** Reports the only record of `part`. Resolves when it is settled, or the partition stopped at it. */
export async function errantAlone({ left, failure, failures }: FailedPart, run: DeliveryRun): Promise<void> {
  const how = failure instanceof FunctionTimeout ? 'and answered other records meanwhile' : 'and its own log says more';
  const times = `${failures} time${failures === 1 ? '' : 's'}`;
  const { message: atLast, stack, functionLog } = functionFailureReason(failure);
  const message = `sent alone ${times}, the function failed this record each time, ${how}; at last: ${atLast}`;
  const reason = { stage: 'TASK_PUT', code: 'FUNCTION_FAILED', message, errorClass: failure.name } as const;
  await run.errant([{ offset: left.firstOffset, reason: { ...reason, stack, functionLog } }]);
}

/** What the error topic says of a record that the function fails: in the function's own words, where it has any. */
export function functionFailureReason(
  failure: FunctionFailure,
): Pick<ErrantReason, 'message' | 'stack' | 'functionLog'> {
  const { said, stack, logTail } = failure.report;
  const message = said === undefined ? failure.message : `${failure.message}: ${said}`;
  return { message, stack, functionLog: logTail };
}
