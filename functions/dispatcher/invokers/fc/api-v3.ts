/** Requests to the API of Function Compute 3.0, signed by ourselves. Pure but for what comes in. */
import type { CloudCredentials } from '../../../../shared/cloud-credentials.ts';
import { acs3Authorization, acs3Query, contentSha256 } from './acs3-signature.ts';
import type { FcApi, FcCall, FcRequest } from './fc-api.ts';
import type { FcFunction } from './fc-function.ts';

const VERSION = '2023-03-30';

/** What a signature needs of the moment. */
export interface Acs3Moment {
  /** Epoch ms. */
  now(): number;
  /** Never the same twice. */
  nonce(): string;
}

/** @param moment clock and nonces */
export function createFcApiV3(fn: FcFunction, moment: Acs3Moment): FcApi {
  const path = `/${VERSION}/functions/${fn.name}`;
  const query = { qualifier: fn.qualifier };
  const { host } = new URL(fn.origin);
  const signed = (request: FcRequest, action: string, body: Buffer, credentials: CloudCredentials) => {
    const { accessKeyId, accessKeySecret, securityToken } = credentials;
    const headers: Record<string, string> = {
      ...request.headers,
      host,
      'x-acs-action': action,
      'x-acs-version': VERSION,
      'x-acs-date': `${new Date(moment.now()).toISOString().slice(0, 19)}Z`,
      'x-acs-signature-nonce': moment.nonce(),
      'x-acs-content-sha256': contentSha256(body),
      ...(securityToken === undefined
        ? {}
        : { 'x-acs-accesskey-id': accessKeyId, 'x-acs-security-token': securityToken }),
    };
    const { method, path: at, query: asked } = request;
    const authorization = acs3Authorization({ method, path: at, query: asked, headers }, accessKeyId, accessKeySecret);
    return { method, url: urlOf(fn, request), headers: { ...headers, authorization }, body };
  };
  const get = (at: string): FcRequest => ({ method: 'GET', path: at, query, headers: { accept: 'application/json' } });
  return {
    invocation: (call) => invocation(path, query, call),
    urlOf: (request) => urlOf(fn, request),
    invoke: (call, body, credentials) => signed(invocation(path, query, call), 'InvokeFunction', body, credentials),
    getFunction: (credentials) => signed(get(path), 'GetFunction', NO_BODY, credentials),
    getAsyncConfig: (credentials) =>
      signed(get(`${path}/async-invoke-config`), 'GetAsyncInvokeConfig', NO_BODY, credentials),
  };
}

const NO_BODY = Buffer.alloc(0);

function urlOf({ origin }: FcFunction, { path, query }: FcRequest): string {
  return `${origin}${path}?${acs3Query(query)}`;
}

function invocation(path: string, query: Readonly<Record<string, string>>, call: FcCall): FcRequest {
  const { mode, logTail, taskId } = call;
  return {
    method: 'POST',
    path: `${path}/invocations`,
    query,
    headers: {
      accept: 'application/json',
      'content-type': 'application/octet-stream',
      'x-fc-invocation-type': mode === 'async' ? 'Async' : 'Sync',
      ...(logTail ? { 'x-fc-log-type': 'Tail' } : {}),
      ...(taskId === undefined ? {} : { 'x-fc-async-task-id': taskId }),
    },
  };
}
