/** What Function Compute tells a destination of an asynchronous call that failed for good. Pure.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/result-callback (content of the event). */
import { isUtf8 } from 'node:buffer';
import { described } from '../../shared/envelope/event-error.ts';
import { isFields } from '../../shared/envelope/event-record.ts';
import { FatalError } from '../../shared/errors.ts';

/** One call that failed. */
export interface FailedCall {
  readonly requestId: string;
  readonly functionArn: string;
  /** Times that it was tried, as far as the platform says. */
  readonly attempts: number | undefined;
  /** What the function was called with: JSON data, for `normaliseEvent`. */
  readonly payload: object;
  readonly statusCode: number | undefined;
  /** Type of the failure as the platform names it, '' when it does not. */
  readonly functionError: string;
  /** What the function answered: JSON data or text. */
  readonly response: unknown;
}

const EXPECTED =
  'expected what Function Compute sends to the on-failure destination of an asynchronous call, {"requestContext","requestPayload","responseContext","responsePayload"}, ' +
  'alone, in an array, or in a message of SMQ (MNS) or EventBridge';
/** No service wraps an event so often; what does is not followed for ever. */
const MOST_LAYERS = 12;

type Fields = Readonly<Record<string, unknown>>;

/** What is in an event. */
export interface FailedCalls {
  readonly calls: readonly FailedCall[];
  /** `EVENT_INVALID`: why some of it, or all, was left out. */
  readonly refused: FatalError | undefined;
}

/** Reads the event of a function destination, and the same wrapped by a trigger of an SMQ (MNS) topic (`Message`), or by EventBridge
 *  (`data`, and in it `messageBody` for a queue); bodies as JSON data, as JSON text, or as Base64 of it. One of a list that is nothing of the
 *  kind, or tells of a call that succeeded, is refused and holds up no other. */
export function failedCallsOf(event: unknown): FailedCalls {
  const refusals: FatalError[] = [];
  const calls = readable(event, 0, refusals);
  return { calls, refused: refusals[0] };
}

/** What can be read of `given`; why not, for the rest, is added to `refusals`. */
function readable(given: unknown, layers: number, refusals: FatalError[]): FailedCall[] {
  try {
    return callsIn(contentOf(given), layers, refusals);
  } catch (thrown) {
    if (!(thrown instanceof FatalError)) throw thrown;
    refusals.push(thrown);
    return [];
  }
}

/** Whether `event` tells that a destination failed itself with what it was told: it is its own destination. Throws nothing. */
export function tellsOfDestination(event: unknown): boolean {
  try {
    const content = contentOf(event);
    return isTold(content) && tells(contentOf(content['requestPayload']), 0);
  } catch {
    return false;
  }
}

/** Whether failed calls are told of in it, however it is wrapped: what this function is called with itself, and never records. */
function tells(content: unknown, layers: number): boolean {
  if (layers > MOST_LAYERS) return false;
  if (Array.isArray(content)) return content.some((each) => tellsInside(each, layers));
  return isTold(content) || (isFields(content) && tellsInside(wrapped(content), layers));
}

function tellsInside(given: unknown, layers: number): boolean {
  try {
    return tells(contentOf(given), layers + 1);
  } catch {
    // A text of its own.
    return false;
  }
}

function isTold(content: unknown): content is Fields {
  return isFields(content) && 'requestContext' in content && 'requestPayload' in content;
}

function callsIn(content: unknown, layers: number, refusals: FatalError[]): FailedCall[] {
  if (layers > MOST_LAYERS) throw refused(`it is wrapped more than ${MOST_LAYERS} times`, content);
  if (Array.isArray(content) && content.length > 0) {
    return content.flatMap((each) => readable(each, layers + 1, refusals));
  }
  if (isTold(content)) return callsTold(content, layers, refusals);
  if (!isFields(content)) throw refused('it is no such event', content);
  const inside = wrapped(content);
  if (inside !== undefined) return callsIn(contentOf(inside), layers + 1, refusals);
  throw refused('it is no such event', content);
}

/** What a message carries; undefined when it is none. */
function wrapped(message: Fields): unknown {
  const isTopicMessage = 'Message' in message && ('TopicName' in message || 'MessageId' in message);
  if (isTopicMessage) return message['Message'];
  return 'specversion' in message ? message['data'] : message['messageBody'];
}

function callsTold(fields: Fields, layers: number, refusals: FatalError[]): FailedCall[] {
  const request = isFields(fields['requestContext']) ? fields['requestContext'] : {};
  if (/^success$/i.test(textOf(request['condition']))) {
    throw refused('it tells of a call that succeeded; set this function as destination on failure only', fields);
  }
  const payload = contentOf(fields['requestPayload']);
  if (tells(payload, layers)) return callsIn(payload, layers + 1, refusals);
  if (typeof payload !== 'object' || payload === null) throw refused('its "requestPayload" is no JSON data', payload);
  const response = isFields(fields['responseContext']) ? fields['responseContext'] : {};
  return [
    {
      requestId: textOf(request['requestId']),
      functionArn: textOf(request['functionArn']),
      attempts: numberOf(request['approximateInvokeCount']),
      payload,
      statusCode: numberOf(response['statusCode']),
      functionError: textOf(response['functionError']),
      response: fields['responsePayload'],
    },
  ];
}

/** Data as it is; bytes and text as the JSON, or the Base64 of JSON, that they are.
 *  @throws FatalError `EVENT_INVALID` */
function contentOf(given: unknown): unknown {
  if (given instanceof Uint8Array) {
    if (!isUtf8(given)) throw refused('it is not UTF-8', given);
    return contentOf(Buffer.from(given).toString('utf8'));
  }
  if (typeof given !== 'string') return given;
  const inside = parsed(given) ?? parsed(fromBase64(given));
  // Text in quotes: somebody encoded it twice.
  if (typeof inside === 'string' && inside.length < given.length) return contentOf(inside);
  if (inside !== undefined) return inside;
  throw refused('it is neither JSON nor Base64 of JSON', given);
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** '' for what is no Base64 of UTF-8. */
function fromBase64(text: string): string {
  const bytes = Buffer.from(text, 'base64');
  // The decoder skips what it does not know, so only the way back tells.
  return bytes.toString('base64') === text && isUtf8(bytes) ? bytes.toString('utf8') : '';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function refused(problem: string, came: unknown): FatalError {
  return new FatalError(
    'EVENT_INVALID',
    `event refused: ${problem}; what came is ${described(came)}; ${EXPECTED}; see docs/dead-letter.md`,
  );
}
