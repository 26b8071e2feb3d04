/** Looks at a function as a connector would call it. It is not called, and nothing is changed. */
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { FunctionChannel } from '../function-channel.ts';
import { headerOf } from '../function-error.ts';
import type { FunctionReply } from '../http-exchange.ts';
import { classifyRefusal } from './classify.ts';
import type { FcDeps, FcWay } from './create.ts';
import { ASYNC_CONFIG_ACTION, functionText, missingStatement } from './fc-function.ts';
import { type FunctionSettings, settingsOf } from './function-look.ts';
import { jsonBody, refusalOf } from './reply.ts';

/** What came of a step. `message` says what was wrong and, after the last `; `, what to do. */
export type FcProbeStep<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string };

/** What becomes of asynchronous calls; undefined where nothing is set, so that the platform's defaults hold. */
export interface AsyncSettings {
  readonly asyncTask: boolean;
  readonly hasOnFailure: boolean;
}

export interface FcProbe {
  /** How far the clock of this machine is ahead of the service's, in ms; undefined where nobody answered, or without a time. */
  readonly aheadMs: number | undefined;
  readonly settings: FcProbeStep<FunctionSettings>;
  /** Asked only where the function is there. */
  readonly asyncSettings?: FcProbeStep<AsyncSettings | undefined>;
}

/** A step of it. */
const LIMIT_MS = 10_000;

/** Asks with the invoker's own client and credentials. Never throws for what the service, the network or the credentials do. */
export async function probeFunction(way: FcWay, deps: Pick<FcDeps, 'clock'>, signal: AbortSignal): Promise<FcProbe> {
  const channel = new FunctionChannel({ origin: way.fn.origin, userFunction: false, clock: deps.clock });
  let aheadMs: number | undefined;
  const ask = async (what: 'getFunction' | 'getAsyncConfig') => {
    const prepare = async () => way.api[what](await way.credentials());
    const reply = await channel.send(prepare, { signal, timeoutMs: LIMIT_MS }, `${LIMIT_MS} ms`);
    const date = Date.parse(headerOf(reply, 'date') ?? '');
    if (!Number.isNaN(date)) aheadMs = deps.clock.now() - date;
    return reply;
  };
  const refused = (reply: FunctionReply, action: string) =>
    classifyRefusal(refusalOf(reply, deps.clock.now()), {
      what: functionText(way.fn),
      statement: missingStatement(way.fn, action),
    });
  try {
    const settings = await step(async () => {
      const reply = await ask('getFunction');
      if (reply.status !== 200) throw refused(reply, 'fc:GetFunction');
      return settingsOf(reply);
    });
    if (!settings.ok) return { aheadMs, settings };
    const asyncSettings = await step(async () => {
      const reply = await ask('getAsyncConfig');
      if (reply.status === 404) return undefined;
      if (reply.status !== 200) throw refused(reply, ASYNC_CONFIG_ACTION);
      return asyncSettingsOf(reply);
    });
    return { aheadMs, settings, asyncSettings };
  } finally {
    await channel.close();
  }
}

async function step<T>(ask: () => Promise<T>): Promise<FcProbeStep<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (thrown) {
    if (!(thrown instanceof FatalError) && !(thrown instanceof RetriableError)) throw thrown;
    return { ok: false, code: thrown.code, message: thrown.message };
  }
}

/** 3.0 says `asyncTask`, 2.0 `statefulInvocation`. */
function asyncSettingsOf(reply: FunctionReply): AsyncSettings {
  const { asyncTask, statefulInvocation, destinationConfig } = jsonBody(reply);
  const { onFailure } = (destinationConfig ?? {}) as { readonly onFailure?: { readonly destination?: unknown } };
  return {
    asyncTask: asyncTask === true || statefulInvocation === true,
    hasOnFailure: typeof onFailure?.destination === 'string' && onFailure.destination !== '',
  };
}
