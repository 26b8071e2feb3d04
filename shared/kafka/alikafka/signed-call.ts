/** One signed call of the OpenAPI, over the vendor's RPC client: what it leaves to its callers is done here. It checks neither the HTTP status nor
 *  `Success`, throws what is no Error where the answer is no JSON, and puts signed addresses into its errors.
 *  Source: `@alicloud/pop-core` 1.8.0, lib/rpc.js; https://www.alibabacloud.com/help/en/sdk/product-overview/rpc-mechanism */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
// Not the package's main file: that brings an XML parser for another kind of interface.
import RpcClient from '@alicloud/pop-core/lib/rpc.js';
import type { CloudCredentials } from '../../cloud-credentials.ts';
import { NOT_AN_ANSWER, OpenApiFailure } from './openapi-failure.ts';
import { redact } from './redact.ts';

const API_VERSION = '2019-09-16';

/** Scalars, and lists that are sent as `Name.1`, `Name.2`. `undefined` is not sent. */
export type CallParameters = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Answers the body of a successful call.
 *  @throws OpenApiFailure for everything else */
export type SignedCall = (
  action: string,
  parameters: CallParameters,
  credentials: CloudCredentials,
) => Promise<Readonly<Record<string, unknown>>>;

/** The client's own type leaves out `verbose`, with which it answers the HTTP status too. */
const VerboseRpcClient = RpcClient as unknown as new (
  config: object,
  verbose: true,
) => {
  request(action: string, parameters: object, options: object): Promise<readonly [body: unknown, entry: unknown]>;
};

const SUCCESS_CODES: ReadonlySet<unknown> = new Set([200, '200', 'OK', 'Success', 'success']);

/** `timeoutMs` bounds the connecting and the answering of each call. */
export function signedCalls(endpoint: string, timeoutMs: number): SignedCall {
  // Calls are few and far between: a kept connection would mostly be one that the other side has closed.
  const agent = endpoint.startsWith('https:') ? new HttpsAgent() : new HttpAgent();
  return async (action, parameters, credentials) => {
    const given = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
    // Made for each call, so that a renewed token is followed and nothing holds the secret.
    const client = new VerboseRpcClient({ endpoint, apiVersion: API_VERSION, ...credentials }, true);
    let answer: readonly [body: unknown, entry: unknown];
    try {
      // Exactly 'POST': with any other spelling the signed parameters go into the address.
      answer = await client.request(action, given, { method: 'POST', timeout: timeoutMs, agent });
    } catch (thrown) {
      throw failureOf(action, thrown, credentials);
    }
    return successOf(action, answer, credentials);
  };
}

function successOf(
  action: string,
  [body, entry]: readonly [body: unknown, entry: unknown],
  credentials: CloudCredentials,
): Readonly<Record<string, unknown>> {
  const status = statusOf(entry);
  const fields = fieldsOf(body);
  const success = fields['Success'];
  if (status < 400 && SUCCESS_CODES.has(fields['Code']) && (success === true || success === 'true')) return fields;
  throw refusal(action, status, fields, credentials);
}

function failureOf(action: string, thrown: unknown, credentials: CloudCredentials): OpenApiFailure {
  const fields = fieldsOf(thrown);
  if (fields['data'] !== undefined)
    return refusal(action, statusOf(fields['entry']), fieldsOf(fields['data']), credentials);
  const message = redact(String(fields['message'] ?? thrown), credentials);
  if (fields['name'] === 'SyntaxError') {
    return new OpenApiFailure({ action, status: 0, code: NOT_AN_ANSWER, text: `the answer is no JSON (${message})` });
  }
  const { code } = fields;
  const timedOut = fields['name'] === 'RequestTimeoutError';
  const networkCode = timedOut ? 'TIMEOUT' : typeof code === 'string' ? code : 'UNKNOWN';
  return new OpenApiFailure({ action, status: 0, code: '', text: message.trim(), networkCode });
}

function refusal(
  action: string,
  status: number,
  fields: Readonly<Record<string, unknown>>,
  credentials: CloudCredentials,
): OpenApiFailure {
  const { Code: code, Message: message, RequestId: requestId, Success: success } = fields;
  if (code === undefined || (SUCCESS_CODES.has(code) && success === undefined)) {
    const text = `HTTP ${status} without Code and Success, which every answer of the service has`;
    return new OpenApiFailure({ action, status, code: NOT_AN_ANSWER, text });
  }
  return new OpenApiFailure({
    action,
    status,
    code: String(code),
    text: redact(String(message ?? 'no reason given'), credentials),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  });
}

function statusOf(entry: unknown): number {
  const { statusCode } = fieldsOf(fieldsOf(entry)['response']);
  return typeof statusCode === 'number' ? statusCode : 0;
}

/** Of anything; an object's own and an error's. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
