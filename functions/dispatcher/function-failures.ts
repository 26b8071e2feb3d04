/** A record that a user's function fails alone: to the error topic, or the partition stops there. */
import { FunctionTimeout } from '../../shared/errors.ts';
import type { DeliveryRun } from './delivery-run.ts';
import type { FailedPart } from './part-delivery.ts';

/** Reports the only record of `part`. Resolves when it is settled, or the partition stopped at it. */
export async function errantAlone({ left, failure, failures }: FailedPart, run: DeliveryRun): Promise<void> {
  const how = failure instanceof FunctionTimeout ? 'and answered other records meanwhile' : 'and its own log says more';
  const message = `sent alone ${failures} time${failures === 1 ? '' : 's'}, the function failed this record each time, ${how}; at last: ${failure.message}`;
  const reason = { stage: 'TASK_PUT', code: 'FUNCTION_FAILED', message, errorClass: failure.name } as const;
  await run.errant([{ offset: left.firstOffset, reason }]);
}
