/** The scenario's words for npm's `@alicloud/fc20230330`. */
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { FcAdapter, FcKeys, FcTarget } from './fc-scenario.ts';

/** As CommonJS sees it. */
type Fc3 = typeof import('@alicloud/fc20230330', { with: { 'resolution-mode': 'require' }});
const require = createRequire(import.meta.url);
const fc3 = require('@alicloud/fc20230330') as Fc3;

/** As the installed package says. */
export const FC20230330_VERSION = String(
  (require('@alicloud/fc20230330/package.json') as { version: unknown }).version,
);

/** @param endpoint with its scheme, which the client wants by itself */
export function fc20230330Client({ region }: FcTarget, endpoint: string, keys: FcKeys): FcAdapter {
  const type = keys.securityToken === undefined ? 'access_key' : 'sts';
  const settings = { ...keys, type, regionId: region, protocol: 'HTTP', endpoint: endpoint.replace('http://', '') };
  // Its constructor takes any object with these fields.
  const client = new fc3.default(settings as never);
  const runtime = {} as never;
  return {
    invoke: async (name, event, { qualifier = 'LATEST', isAsync = false, taskId, withLog = false } = {}) => {
      const request = new fc3.InvokeFunctionRequest({ body: Readable.from([event]), qualifier });
      const headers = new fc3.InvokeFunctionHeaders({
        ...(isAsync ? { xFcInvocationType: 'Async' } : {}),
        ...(taskId === undefined ? {} : { xFcAsyncTaskId: taskId }),
        ...(withLog ? { xFcLogType: 'Tail' } : {}),
      });
      const reply = await client.invokeFunctionWithOptions(name, request, headers, runtime);
      const body = reply.body === undefined ? '' : await text(reply.body);
      return { status: reply.statusCode ?? 0, body, headers: new Headers(reply.headers) };
    },
    getFunction: async (name) => {
      const reply = await client.getFunctionWithOptions(name, new fc3.GetFunctionRequest({}), {}, runtime);
      return { ...reply.body };
    },
    refusal: (thrown) => {
      const { statusCode, code } = thrown as { readonly statusCode?: number; readonly code?: string };
      return statusCode === undefined ? undefined : { status: statusCode, code: String(code) };
    },
  };
}
