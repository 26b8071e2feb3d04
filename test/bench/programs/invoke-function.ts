/** A program: invokes a function again and again, by one of the official SDKs or by the invoker's own client. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';
import { createFcApiV2 } from '../../../functions/dispatcher/invokers/fc/api-v2.ts';
import { createFcApiV3 } from '../../../functions/dispatcher/invokers/fc/api-v3.ts';
import { FunctionChannel } from '../../../functions/dispatcher/invokers/function-channel.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { InvocationPlan } from '../fc/invocation-plan.ts';
import { measure, tell } from '../measured/measure.ts';

type Fc3 = typeof import('@alicloud/fc20230330', { with: { 'resolution-mode': 'require' }});

const require = createRequire(import.meta.url);
const plan = JSON.parse(process.argv[2] ?? '{}') as InvocationPlan;
const body = Buffer.from(
  randomBytes(Math.ceil(plan.bytes / 2))
    .toString('hex')
    .slice(0, plan.bytes),
);
const KEYS = { accessKeyId: 'LTAI5tBench', accessKeySecret: 'secret-of-the-bench' };
const FN = {
  origin: plan.endpoint,
  internal: false,
  accountId: '123',
  region: 'cn-hangzhou',
  name: 'fn',
  qualifier: 'LATEST',
} as const;
const TIMEOUT_MS = 60_000;

/** Calls that nobody measures: a connector runs for days, and what is compiled on the way is compiled once. */
const WARM_UP_SHARE = 0.1;

/** One invocation of the client under test. */
async function invocation(): Promise<() => Promise<unknown>> {
  const { client } = plan;
  switch (client) {
    case '@alicloud/fc2': {
      const { default: FC } = await import('@alicloud/fc2');
      const { accessKeyId: accessKeyID, accessKeySecret } = KEYS;
      const fc = new FC('123', { accessKeyID, accessKeySecret, region: FN.region, endpoint: plan.endpoint });
      return () => fc.invokeFunction('svc', FN.name, body, {}, FN.qualifier);
    }
    case '@alicloud/fc20230330': {
      const fc3 = require('@alicloud/fc20230330') as Fc3;
      const endpoint = new URL(plan.endpoint).host;
      // Its constructor takes any object with these fields.
      const fc = new fc3.default({ ...KEYS, endpoint, protocol: 'HTTP', regionId: FN.region } as never);
      const headers = new fc3.InvokeFunctionHeaders({});
      return () => {
        const request = new fc3.InvokeFunctionRequest({ body: Readable.from([body]), qualifier: FN.qualifier });
        return fc.invokeFunctionWithOptions(FN.name, request, headers, {} as never);
      };
    }
    case 'ours, 3.0':
    case 'ours, 2.0': {
      const api =
        client === 'ours, 3.0'
          ? createFcApiV3(
              { ...FN, apiVersion: '3.0', serviceName: undefined },
              { now: () => Date.now(), nonce: randomUUID },
            )
          : createFcApiV2({ ...FN, apiVersion: '2.0', serviceName: 'svc' }, () => import('@alicloud/fc2'));
      // The same body every time: it is nobody else's when it was sent.
      const buffers = { take: () => Buffer.alloc(0), grow: (buffer: Buffer) => buffer, giveBack: () => undefined };
      const channel = new FunctionChannel({
        origin: FN.origin,
        userFunction: true,
        clock: systemClock,
        buffers: buffers as never,
      });
      const { signal } = new AbortController();
      setMaxListeners(0, signal);
      const call = { mode: 'sync', logTail: false, taskId: undefined } as const;
      return () => channel.send(() => api.invoke(call, body, KEYS), { signal, timeoutMs: TIMEOUT_MS });
    }
    default:
      throw new Error(`unknown client ${client satisfies never}`);
  }
}

async function invokeAll(invoke: () => Promise<unknown>, calls: number): Promise<number> {
  let left = calls;
  const caller = async () => {
    while (left-- > 0) await invoke();
  };
  await Promise.all(Array.from({ length: plan.concurrency }, caller));
  return calls;
}

const invoke = await invocation();
await invokeAll(invoke, Math.ceil(plan.calls * WARM_UP_SHARE));
tell(await measure(() => invokeAll(invoke, plan.calls)));
process.exit();
