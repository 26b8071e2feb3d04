/** Requests to the API of Function Compute 2.0, by its SDK: paths, headers and signatures are those of @alicloud/fc2. It does not send them.
 *
 *  Its transport keeps connections alive and bounds the time, but a call cannot be given up, an answer may be of any size, a refusal loses its
 *  status and headers (`Retry-After`, request id), and a body that says it is JSON and is none ends as a SyntaxError. So a call is sent like all
 *  others: given up when its partition goes, and classified by what came. */
import { createHash } from 'node:crypto';
import type FC from '@alicloud/fc2';
import type { CloudCredentials } from '../../../../shared/cloud-credentials.ts';
import type { RenderedRequest } from '../../../../shared/rendered-request.ts';
import type { FcApi, FcCall, FcRequest } from './fc-api.ts';
import type { FcFunction } from './fc-function.ts';

/** Loads the SDK: 22 MB of memory, so only where a connector asks for 2.0. */
export type LoadFc2 = () => Promise<{ readonly default: typeof FC }>;

const NO_BODY = Buffer.alloc(0);

/** @param fn with service, account and region, as `fcChecks` has them */
export function createFcApiV2(fn: FcFunction, loadSdk: LoadFc2): FcApi {
  const { origin, accountId = '', region = '', serviceName = '', name, qualifier } = fn;
  let signing: Promise<typeof FC> | undefined;
  const clientFor = async ({ accessKeyId, accessKeySecret, securityToken }: CloudCredentials) => {
    signing ??= loadSdk().then((sdk) => signingClient(sdk.default));
    const Client = await signing;
    const keys = { accessKeyID: accessKeyId, accessKeySecret, securityToken };
    const client = new Client(accountId, { ...keys, region, endpoint: origin });
    // It takes a token only with keys whose id begins with `STS`.
    const more: Record<string, string> = securityToken === undefined ? {} : { 'x-fc-security-token': securityToken };
    return { client, more };
  };
  const answered = (answer: { readonly data: unknown }, body: Buffer): RenderedRequest => {
    const { method, path, headers } = answer.data as SignedRequest;
    return { method, url: `${origin}${path}`, headers, body };
  };
  return {
    invocation: (call) => invocation(fn, call),
    urlOf: ({ path }) => `${origin}${path}`,
    async invoke(call, body, credentials) {
      const { client, more } = await clientFor(credentials);
      const headers = { ...callHeaders(call), ...more };
      return answered(await client.invokeFunction(serviceName, name, body, headers, qualifier), body);
    },
    async getFunction(credentials) {
      const { client, more } = await clientFor(credentials);
      return answered(await client.getFunction(serviceName, name, more, qualifier), NO_BODY);
    },
    async getAsyncConfig(credentials) {
      const { client, more } = await clientFor(credentials);
      const path = `/services/${serviceName}.${qualifier}/functions/${name}/async-invoke-config`;
      return answered(await client.request('GET', path, null, null, more), NO_BODY);
    },
  };
}

interface SignedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

/** The SDK's client, with its last step, the sending, left out: it answers what it would send. */
function signingClient(Client: typeof FC): typeof FC {
  return class extends Client {
    override async request(
      method: string,
      path: string,
      _query: object | null,
      body: Buffer | null,
      headers: Record<string, string> = {},
    ) {
      const whole = `/${this.version}${path}`;
      // `Host` is the transport's, and no part of the signature.
      const { host: _, ...built } = this.buildHeaders();
      const all: Record<string, string> = { ...built, ...headers };
      if (body !== null) {
        all['content-type'] = 'application/octet-stream';
        // As the SDK has it and the service checks it: Base64 of the hex digits, and not of the digest (RFC 1864).
        all['content-md5'] = Buffer.from(createHash('md5').update(body).digest('hex')).toString('base64');
      }
      all['authorization'] = Client.getSignature(this.accessKeyID, this.accessKeySecret, method, whole, all);
      const data: SignedRequest = { method, path: whole, headers: all };
      return { headers: {}, data };
    }
  };
}

function invocation({ serviceName, name, qualifier }: FcFunction, call: FcCall): FcRequest {
  return {
    method: 'POST',
    path: `/2016-08-15/services/${serviceName}.${qualifier}/functions/${name}/invocations`,
    query: {},
    headers: { accept: 'application/json', 'content-type': 'application/octet-stream', ...callHeaders(call) },
  };
}

function callHeaders({ mode, logTail, taskId }: FcCall): Record<string, string> {
  return {
    ...(mode === 'async' ? { 'x-fc-invocation-type': 'Async' } : {}),
    ...(logTail ? { 'x-fc-log-type': 'Tail' } : {}),
    ...(taskId === undefined ? {} : { 'x-fc-stateful-async-invocation-id': taskId }),
  };
}
