/** The scenario's words for npm's `@alicloud/fc2`. */
import { createRequire } from 'node:module';
import FC from '@alicloud/fc2';
import { FC_SERVICE, type FcAdapter, type FcKeys, type FcTarget } from './fc-scenario.ts';

/** As the installed package says. */
export const FC2_VERSION = String(
  (createRequire(import.meta.url)('@alicloud/fc2/package.json') as { version: unknown }).version,
);

/** @param endpoint with its scheme */
export function fc2Client({ accountId, region }: FcTarget, endpoint: string, keys: FcKeys): FcAdapter {
  const { accessKeyId: accessKeyID, accessKeySecret, securityToken } = keys;
  const client = new FC(accountId, { accessKeyID, accessKeySecret, securityToken, region, endpoint });
  return {
    invoke: async (name, event, { qualifier = '', isAsync = false, taskId, withLog = false } = {}) => {
      const headers = {
        ...(isAsync ? { 'x-fc-invocation-type': 'Async' } : {}),
        ...(taskId === undefined ? {} : { 'x-fc-stateful-async-invocation-id': taskId }),
        ...(withLog ? { 'x-fc-log-type': 'Tail' } : {}),
      };
      const reply = await client.invokeFunction(FC_SERVICE, name, event, headers, qualifier);
      const body = typeof reply.data === 'string' ? reply.data : JSON.stringify(reply.data);
      // It does not tell the status of a success: 202 is what comes without an answer.
      return { status: isAsync && body === '' ? 202 : 200, body, headers: new Headers(reply.headers) };
    },
    getFunction: async (name) => (await client.getFunction(FC_SERVICE, name, {}, '')).data as Record<string, unknown>,
    refusal: (thrown) => {
      if (!(thrown instanceof Error) || !('code' in thrown)) return undefined;
      return { status: Number(/failed with (\d+)/.exec(thrown.message)?.[1]), code: String(thrown.code) };
    },
  };
}
