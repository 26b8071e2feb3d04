/** Entry point of the dead-letter function at Function Compute: `index.handler` in the bundle, the on-failure destination of asynchronous calls. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../shared/clock.ts';
import { secretResolver } from '../../shared/config/secret-resolver.ts';
import type { InvocationContext } from '../../shared/sink-handler.ts';
import { type DeadLetterAnswer, type DeadLetterHandler, deployedDeadLetter } from './deployed.ts';

let built: DeadLetterHandler | undefined;

/** Resolves when the error topic has every record of the call that failed.
 *  Built at the first call, so that a wrong environment fails calls with its list of problems.
 *  @throws ConfigError when the environment is wrong; what the handler throws, so that the platform calls again */
export async function handler(event: unknown, context: InvocationContext = {}): Promise<DeadLetterAnswer> {
  const { env } = process;
  built ??= deployedDeadLetter({
    env,
    secrets: secretResolver(env, (path) => readFileSync(path, 'utf8')),
    clock: systemClock,
    random: Math.random,
    logger: pino({ level: env['LOG_LEVEL'] ?? 'info', base: { function: 'dead-letter' } }),
  });
  return await built(event, context);
}
