/** What the destination of an asynchronous call is told. Source: the service's page "Result callback". */
import type { QueuedCall } from './async-journal.ts';
import type { FcAccount } from './instance-environment.ts';

/** How an asynchronous call ended. */
export interface CallEnd {
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  readonly invokeCount: number;
  readonly statusCode: number;
  /** The function's failure, or the code of the platform's refusal; empty after a success. */
  readonly functionError: string;
  readonly responsePayload: string;
}

/** The event that a destination function receives. Payloads are texts, as they were sent and answered. */
export function destinationEvent(
  call: QueuedCall,
  end: CallEnd,
  { accountId, region }: FcAccount,
  now: number,
): Buffer {
  const { condition, invokeCount, statusCode, functionError, responsePayload } = end;
  return Buffer.from(
    JSON.stringify({
      timestamp: new Date(now).toISOString(),
      requestContext: {
        requestId: call.requestId,
        functionArn: `acs:fc:${region}:${accountId}:functions/${call.function}/${call.qualifier}`,
        condition,
        approximateInvokeCount: invokeCount,
      },
      requestPayload: call.event.toString('utf8'),
      responseContext: { statusCode, functionError },
      responsePayload,
    }),
  );
}

/** The function's name in a destination: `NAME`, or `acs:fc:REGION:ACCOUNT:functions/NAME[/QUALIFIER]`. */
export function destinationFunction(destination: string): string {
  return /functions\/([^/]+)/.exec(destination)?.[1] ?? destination;
}
