/** A look at the function before the first batch: is it there, and does it end before it is given up. */

import type { Clock } from '../../../../shared/clock.ts';
import { FatalError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import type { FunctionChannel } from '../function-channel.ts';
import type { FunctionReply } from '../http-exchange.ts';
import type { InvokeContext } from '../invoker.ts';
import { classifyRefusal, doubtful } from './classify.ts';
import type { FcCredentialSource } from './credentials.ts';
import type { FcApi } from './fc-api.ts';
import { type FcCallRules, type FcFunction, functionText, missingStatement } from './fc-function.ts';
import { jsonBody, refusalOf, requestIdOf } from './reply.ts';

export interface FunctionLookOptions {
  readonly fn: FcFunction;
  readonly rules: FcCallRules;
  readonly api: FcApi;
  readonly credentials: FcCredentialSource;
  readonly invokeTimeoutMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Settings of a function that matter to whoever calls it; what is not answered is absent. */
export interface FunctionSettings {
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
  readonly runtime?: string;
  readonly instanceConcurrency?: number;
  readonly environmentVariables?: Readonly<Record<string, unknown>>;
}

/** Logs what would go wrong later. That looking is not allowed is no reason not to start: a caller needs `fc:InvokeFunction` alone.
 *  @throws FatalError, which may heal, when the function is not there or the credentials are refused; RetriableError when it cannot be asked */
export async function lookAtFunction(
  channel: FunctionChannel,
  options: FunctionLookOptions,
  context: InvokeContext,
): Promise<void> {
  const { fn, logger, invokeTimeoutMs, rules } = options;
  let settings: FunctionSettings;
  try {
    settings = await functionSettings(channel, options, context);
  } catch (thrown) {
    if (!(thrown instanceof FatalError) || thrown.code !== 'FC_ACCESS_DENIED') throw thrown;
    logger.warn(
      { function: functionText(fn), statement: missingStatement(fn, 'fc:GetFunction') },
      'the function may not be looked at, so its own time limit is not known; the statement allows it',
    );
    return;
  }
  const { timeoutMs } = settings;
  if (rules.mode === 'sync' && timeoutMs !== undefined && timeoutMs > invokeTimeoutMs) {
    logger.warn(
      { function: functionText(fn), functionTimeoutMs: timeoutMs, invokeTimeoutMs },
      'the function may run longer than it is waited for: its records are sent again while it still runs; raise invoke.timeout.ms, or lower the timeout of the function',
    );
  }
}

/** @throws FatalError, RetriableError as calls do */
async function functionSettings(
  channel: FunctionChannel,
  options: Pick<FunctionLookOptions, 'fn' | 'api' | 'credentials' | 'clock'>,
  context: Pick<InvokeContext, 'signal' | 'timeoutMs'>,
): Promise<FunctionSettings> {
  const { fn, api, credentials, clock } = options;
  const reply = await channel.send(
    async () => api.getFunction(await credentials()),
    context,
    `${context.timeoutMs} ms`,
  );
  if (reply.status === 200) return settingsOf(reply);
  throw classifyRefusal(refusalOf(reply, clock.now()), {
    what: functionText(fn),
    statement: missingStatement(fn, 'fc:GetFunction'),
  });
}

/** @throws FatalError `FC_ANSWER_DOUBTFUL` when it is not of Function Compute */
export function settingsOf(reply: FunctionReply): FunctionSettings {
  if (requestIdOf(reply) === undefined) throw doubtful(reply.status);
  const { timeout, memorySize, runtime, instanceConcurrency, environmentVariables } = jsonBody(reply);
  return {
    ...(typeof timeout === 'number' && { timeoutMs: timeout * 1000 }),
    ...(typeof memorySize === 'number' && { memoryMb: memorySize }),
    ...(typeof runtime === 'string' && { runtime }),
    ...(typeof instanceConcurrency === 'number' && { instanceConcurrency }),
    ...(typeof environmentVariables === 'object' &&
      environmentVariables !== null && { environmentVariables: environmentVariables as Record<string, unknown> }),
  };
}
