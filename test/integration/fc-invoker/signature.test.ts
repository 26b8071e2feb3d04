import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  acs3Authorization,
  acs3Query,
  contentSha256,
} from '../../../functions/dispatcher/invokers/fc/acs3-signature.ts';

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Stands where Function Compute would, and notes what comes. */
async function capture(): Promise<{ readonly host: string; readonly requests: Captured[] }> {
  const requests: Captured[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://h');
    const { method = '', headers } = request;
    requests.push({
      method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      headers,
      body: Buffer.concat(chunks),
    });
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** As CommonJS sees it. */
type Fc3 = typeof import('@alicloud/fc20230330', { with: { 'resolution-mode': 'require' }});
const fc3 = createRequire(import.meta.url)('@alicloud/fc20230330') as Fc3;

/** Its constructor takes any object with these fields. */
function clientAt(endpoint: string, keys: object) {
  return new fc3.default({ endpoint, protocol: 'HTTP', regionId: 'cn-hangzhou', ...keys } as never);
}

const KEYS = { accessKeyId: 'LTAI5tTest', accessKeySecret: 'secret/with+signs' };

/** What we would have signed it with, for the headers that the SDK signed. */
function ours({ method, path, query, headers }: Captured): string {
  const signed = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const request = { method, path, query, headers: texts };
  return acs3Authorization(request, KEYS.accessKeyId, KEYS.accessKeySecret, (name) => signed.includes(name));
}

describe('our signature', () => {
  it('is that of @alicloud/fc20230330, for each kind of request that we make', async () => {
    const { host, requests } = await capture();
    const permanent = clientAt(host, KEYS);
    const temporary = clientAt(host, { ...KEYS, securityToken: 'token', type: 'sts' });
    const invoke = async (client: typeof permanent, qualifier: string, headers: object) => {
      const request = new fc3.InvokeFunctionRequest({ body: Readable.from([Buffer.from('[{"a":"é"}]')]), qualifier });
      await client.invokeFunctionWithOptions(
        'orders_1-x',
        request,
        new fc3.InvokeFunctionHeaders(headers),
        {} as never,
      );
    };
    await invoke(permanent, 'LATEST', { xFcLogType: 'Tail' });
    await invoke(permanent, 'a b+c/*~é', { xFcInvocationType: 'Async', xFcAsyncTaskId: 'batch-1' });
    await invoke(temporary, 'prod', {});
    await permanent.getFunctionWithOptions(
      'orders',
      new fc3.GetFunctionRequest({ qualifier: 'prod' }),
      {},
      {} as never,
    );
    await permanent.getAsyncInvokeConfigWithOptions(
      'orders',
      new fc3.GetAsyncInvokeConfigRequest({ qualifier: 'prod' }),
      {},
      {} as never,
    );
    expect(requests).toHaveLength(5);
    for (const request of requests) {
      expect(ours(request)).toBe(request.headers.authorization);
      expect(contentSha256(request.body)).toBe(request.headers['x-acs-content-sha256']);
    }
    expect(requests.map(({ path }) => path)).toEqual([
      ...Array.from({ length: 3 }, () => '/2023-03-30/functions/orders_1-x/invocations'),
      '/2023-03-30/functions/orders',
      '/2023-03-30/functions/orders/async-invoke-config',
    ]);
    expect(requests[2]?.headers).toMatchObject({
      'x-acs-accesskey-id': KEYS.accessKeyId,
      'x-acs-security-token': 'token',
    });
    expect(acs3Query({ qualifier: 'a b+c/*~é' })).toBe('qualifier=a%20b%2Bc%2F%2A~%C3%A9');
  });
});
