/** What is in Function Compute's own answers, of both generations. Pure. */
import { retryAfterMs } from '../../../../shared/retry-after.ts';
import { headerOf } from '../function-error.ts';
import type { FunctionReply } from '../http-exchange.ts';
import type { FcRefusal } from './classify.ts';

/** Characters of a refusal's message. */
const MAX_MESSAGE = 500;

/** The id by which the service knows the request; `undefined` in what is not its answer. */
export function requestIdOf(reply: FunctionReply): string | undefined {
  return headerOf(reply, 'x-fc-request-id') ?? headerOf(reply, 'x-acs-request-id');
}

/** The refusal in an answer that is no 2xx. 3.0 says `{Code, Message, RequestId}`, 2.0 `{ErrorCode, ErrorMessage}`, and some pages spell both in
 *  small letters. */
export function refusalOf(reply: FunctionReply, now: number): FcRefusal {
  const body = jsonBody(reply);
  const text = (...names: readonly string[]) => {
    const found = names.map((name) => body[name]).find((value) => typeof value === 'string');
    return typeof found === 'string' ? found : '';
  };
  const message = text('Message', 'ErrorMessage', 'errorMessage', 'message');
  return {
    status: reply.status,
    code: text('Code', 'ErrorCode', 'errorCode', 'code'),
    message: message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message,
    requestId: requestIdOf(reply) ?? (text('RequestId') || undefined),
    retryAfterMs: retryAfterMs(headerOf(reply, 'retry-after'), now),
  };
}

/** The fields of a JSON object; none for any other body. */
export function jsonBody({ body }: FunctionReply): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return {};
    throw thrown;
  }
}
