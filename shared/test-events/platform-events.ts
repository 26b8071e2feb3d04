/** Events that Function Compute itself makes, for the functions that are no sinks. */
import type { RecordBlock } from '../records.ts';
import { renderEvent } from './render-event.ts';

/** What a timer trigger sends. `payload` is what the trigger's own setting says; nobody here reads it.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute (Time triggers). */
export function timerEvent(): string {
  const event = { triggerTime: '2026-01-31T00:00:00Z', triggerName: 'every-minute', payload: '' };
  return `${JSON.stringify(event, undefined, 2)}\n`;
}

/** What an on-failure destination gets for an asynchronous call of `functionName` with an envelope of `records` that failed to the last.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute (Destinations of asynchronous invocations). */
export function failureEvent(records: RecordBlock, functionName: string): string {
  const payload = JSON.stringify(JSON.parse(renderEvent(records, 'envelope')));
  const failure = {
    errorMessage: 'boom',
    errorType: 'Error',
    stackTrace: ['Error: boom', '    at handler (index.mjs:1:1)'],
  };
  const event = {
    timestamp: '2026-01-31T00:01:00.000Z',
    requestContext: {
      requestId: '1-697d4a00-15f2c3a4-0123456789ab',
      functionArn: `acs:fc:cn-hangzhou:123456789:functions/${functionName}/LATEST`,
      condition: 'RetriesExhausted',
      approximateInvokeCount: 4,
    },
    requestPayload: payload,
    responseContext: { statusCode: 200, functionError: 'UnhandledInvocationError' },
    responsePayload: JSON.stringify(failure),
  };
  return `${JSON.stringify(event, undefined, 2)}\n`;
}
