/** Why the function failed, as the error topic tells it. Pure. */
import { isFields } from '../../shared/envelope/event-record.ts';
import type { ErrantReason } from '../../shared/errant.ts';
import { boundedClass, boundedMessage, boundedTrace } from '../../shared/failure-words.ts';
import type { FailedCall } from './destination-event.ts';

/** Class and message of the error that the function threw; what the platform says where it told none. */
export function failureReason({ response, functionError, statusCode, attempts }: FailedCall): ErrantReason {
  const error = isFields(response) ? response : fieldsOf(response);
  const { errorType, errorMessage, stackTrace } = error;
  const tried = attempts === undefined ? '' : ` after ${attempts} attempt${attempts === 1 ? '' : 's'}`;
  const status = statusCode === undefined ? '' : ` (status ${statusCode})`;
  const untold = `the asynchronous call failed${tried}${status}, and the function told no reason; its own log says more`;
  const stack = boundedTrace(stackTrace);
  const said = nonEmpty(errorMessage) ?? nonEmpty(typeof response === 'string' ? response : undefined) ?? untold;
  return {
    stage: 'TASK_PUT',
    code: 'FUNCTION_FAILED',
    message: boundedMessage(said),
    errorClass: boundedClass(nonEmpty(errorType) ?? nonEmpty(functionError) ?? 'FunctionFailure'),
    ...(stack === undefined ? {} : { stack }),
  };
}

/** An error of the platform's shape that came as text. */
function fieldsOf(response: unknown): Readonly<Record<string, unknown>> {
  if (typeof response !== 'string') return {};
  try {
    const inside: unknown = JSON.parse(response);
    return isFields(inside) ? inside : {};
  } catch {
    return {};
  }
}

function nonEmpty(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
