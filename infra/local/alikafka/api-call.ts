/** A call as it arrived: its parameters may stand in the address, in a form, or in both. */
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { gatewayError } from './errors.ts';

export interface ApiCall {
  readonly method: string;
  readonly path: string;
  /** Decoded, in the order of the address. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Those of the address and of the form, decoded. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Of the body, in hex. */
  readonly bodySha256: string;
}

/** No call of ours is a hundredth of it. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Reads a request to its end.
 *  @throws AlikafkaError when it is too large, or says a parameter twice */
export async function readCall(message: IncomingMessage): Promise<ApiCall> {
  const { pathname, searchParams } = new URL(message.url ?? '/', 'http://alikafka');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw gatewayError(413, 'RequestTooLarge', 'The request is too large.');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const isForm = message.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const form = isForm ? [...new URLSearchParams(body.toString('utf8'))] : [];
  const query = [...searchParams];
  const parameters = new Map<string, string>();
  for (const [name, value] of [...query, ...form]) {
    if (parameters.has(name)) throw gatewayError(400, 'RepeatedParameter', `${name} is given twice.`);
    parameters.set(name, value);
  }
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(',') : value);
  }
  const bodySha256 = createHash('sha256').update(body).digest('hex');
  return { method: message.method ?? 'GET', path: pathname, query, parameters, headers, bodySha256 };
}

/** Action and version: parameters of an RPC call, headers of one that is signed by version 3. */
export function actionOf({ parameters, headers }: ApiCall): { readonly action: string; readonly version: string } {
  return {
    action: parameters.get('Action') ?? headers.get('x-acs-action') ?? '',
    version: parameters.get('Version') ?? headers.get('x-acs-version') ?? '',
  };
}

/** XML, unless JSON is asked for. */
export function wantsJson({ parameters, headers }: ApiCall): boolean {
  const format = parameters.get('Format');
  if (format !== undefined) return format.toUpperCase() === 'JSON';
  return headers.get('accept')?.includes('application/json') === true;
}
