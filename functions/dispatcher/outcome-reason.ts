/** Why a sink refused a record, as the error topic tells it. */
import type { ErrantReason } from '../../shared/errant.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';

/** Pure. */
export function outcomeReason({ code, message }: RecordOutcome): ErrantReason {
  return {
    stage: 'TASK_PUT',
    code: code ?? 'UNSPECIFIED',
    message: message ?? 'the target gave no reason',
    errorClass: 'RecordError',
  };
}
