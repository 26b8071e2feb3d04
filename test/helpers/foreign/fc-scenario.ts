/** What clients of Function Compute do, step by step, and what must come of it. The Python programs of `test/foreign` go through the same steps. */
import { toError } from '../../../shared/errors.ts';
import type { StepResult, StepResults } from './oss-scenario.ts';

/** Of the service's two interfaces. */
export type FcApi = '2.0' | '3.0';

/** How a client reaches the stand-in. */
export interface FcTarget {
  readonly endpoint: string;
  /** A stand-in of its own, with the same functions and keys, whose clock is an hour off. */
  readonly skewedEndpoint: string;
  readonly accountId: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly temporary: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
}

export interface FcKeys {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string;
}

export interface FcCall {
  readonly qualifier?: string;
  readonly isAsync?: boolean;
  readonly taskId?: string;
  readonly withLog?: boolean;
}

/** A client, in the words of the scenario. Refusals are thrown as the client throws them. */
export interface FcAdapter {
  invoke(name: string, event: Buffer, call?: FcCall): Promise<{ status: number; body: string; headers: Headers }>;
  getFunction(name: string): Promise<StepResult>;
  /** What a refusal says, from what the client throws; undefined where it is none. */
  refusal(thrown: unknown): { status: number; code: string } | undefined;
}

/** The names of the functions that the stand-in must have: `echo` (also `prod`), `broken`, `busy`, `tasks`. */
export const FC_FUNCTIONS = {
  echo: `export async function handler(event, context) {
    console.log('called by ' + context.requestId);
    return context.service.qualifier === 'LATEST' ? event : context.service.qualifier + ' ' + event;
  }`,
  broken: `export async function handler() { throw new RangeError('boom'); }`,
  tasks: `export async function handler() { return 'done'; }`,
} as const;

const FC_EVENT = '[{"a":"é"}]';
export const FC_SERVICE = 'svc';
const MIB = 1024 * 1024;
/** One byte more than the interface takes. */
const TOO_LARGE: Readonly<Record<FcApi, number>> = { '2.0': 6 * MIB + 1, '3.0': 32 * MIB + 1 };

/** Every step and its result, in order. */
export const FC_EXPECTED: Readonly<Record<string, StepResult>> = {
  echo: { status: 200, body: FC_EVENT },
  qualifier: { status: 200, body: `prod ${FC_EVENT}` },
  'unknown-qualifier': { status: 404, code: 'AliasNotFound' },
  'log-tail': { logged: true },
  'function-error': { type: 'UnhandledInvocationError', errorMessage: 'boom', errorType: 'RangeError' },
  'missing-function': { status: 404, code: 'FunctionNotFound' },
  throttled: { status: 429, code: 'ResourceThrottled' },
  'get-function': { functionName: 'echo', runtime: 'nodejs20', timeout: 60 },
  'get-missing': { status: 404, code: 'FunctionNotFound' },
  async: { status: 202, body: '' },
  'async-again': { status: 409, code: 'StatefulAsyncInvocationAlreadyExists' },
  'too-large': { status: 400, code: 'EntityTooLarge' },
  'too-large-async': { status: 400, code: 'EntityTooLarge' },
  'wrong-secret': { status: 403, code: 'SignatureNotMatch' },
  'unknown-key': { status: 403, code: 'InvalidAccessKeyID' },
  sts: { status: 200, body: FC_EVENT },
  'sts-wrong-token': { status: 403, code: 'InvalidSecurityToken' },
  'clock-skew': { status: 403, code: 'RequestTimeTooSkewed' },
};

/** Connects a client with these keys, to the stand-in that is named. */
export type ConnectFc = (endpoint: string, keys: FcKeys) => FcAdapter;

/** Goes through all steps. `taskId` must be new to the stand-in. */
export async function fcScenario(
  target: FcTarget,
  api: FcApi,
  connect: ConnectFc,
  taskId: string,
): Promise<StepResults> {
  const { accessKeyId, accessKeySecret, temporary, endpoint, skewedEndpoint } = target;
  const client = connect(endpoint, target);
  const event = Buffer.from(FC_EVENT);
  const echo = async (by: FcAdapter, call: FcCall = {}) => {
    const { status, body } = await by.invoke('echo', event, call);
    return { status, body };
  };
  const steps: Readonly<Record<string, () => Promise<StepResult>>> = {
    echo: () => echo(client),
    qualifier: () => echo(client, { qualifier: 'prod' }),
    'unknown-qualifier': () => echo(client, { qualifier: 'dev' }),
    'log-tail': async () => {
      const { headers } = await client.invoke('echo', event, { withLog: true });
      const tail = Buffer.from(headers.get('x-fc-log-result') ?? '', 'base64').toString();
      return { logged: tail.includes(`called by ${headers.get('x-fc-request-id')}`) };
    },
    'function-error': async () => {
      const { headers, body } = await client.invoke('broken', event);
      const { errorMessage, errorType } = JSON.parse(body) as StepResult;
      return { type: headers.get('x-fc-error-type'), errorMessage, errorType };
    },
    'missing-function': () => client.invoke('missing', event).then(() => ({})),
    throttled: () => client.invoke('busy', event).then(() => ({})),
    'get-function': async () => {
      const { functionName, runtime, timeout } = await client.getFunction('echo');
      return { functionName, runtime, timeout };
    },
    'get-missing': () => client.getFunction('missing'),
    async: async () => {
      const { status, body } = await client.invoke('tasks', event, { isAsync: true, taskId });
      return { status, body };
    },
    'async-again': () => client.invoke('tasks', event, { isAsync: true, taskId }).then(() => ({})),
    'too-large': () => client.invoke('echo', Buffer.alloc(TOO_LARGE[api], 'a')).then(() => ({})),
    'too-large-async': () =>
      client.invoke('echo', Buffer.alloc(128 * 1024 + 1, 'a'), { isAsync: true }).then(() => ({})),
    'wrong-secret': () => echo(connect(endpoint, { accessKeyId, accessKeySecret: 'wrong' })),
    'unknown-key': () => echo(connect(endpoint, { accessKeyId: 'nobody', accessKeySecret })),
    sts: () => echo(connect(endpoint, temporary)),
    'sts-wrong-token': () => echo(connect(endpoint, { ...temporary, securityToken: 'wrong' })),
    'clock-skew': () => echo(connect(skewedEndpoint, target)),
  };
  const results: [string, StepResult][] = [];
  for (const [name, step] of Object.entries(steps)) {
    const result = await step().catch(
      (thrown: unknown) => client.refusal(thrown) ?? { error: toError(thrown).message },
    );
    results.push([name, result]);
  }
  return results;
}
