/** Entry point of the dispatcher at Function Compute: `index.handler` in the bundle, for a timer trigger or by hand. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { systemClock } from '../../shared/clock.ts';
import { contextCredentials, type RoleContext, roleCredentials } from '../../shared/cloud-credentials.ts';
import { secretResolver } from '../../shared/config/secret-resolver.ts';
import type { InvocationContext } from '../../shared/sink-handler.ts';
import { createWorker, SINKS } from './main.ts';
import { type DeployedDispatcher, deployedDispatcher } from './timed/deployed.ts';
import type { RunAnswer } from './timed/run-answer.ts';

let built: DeployedDispatcher | undefined;

/** Runs the connector of the environment until it caught up or its time is over.
 *  Built at the first call, so that a wrong environment fails calls with its list of problems.
 *  @throws ConfigError when the environment is wrong; what `deployedDispatcher` says when a person is needed */
export async function handler(event: unknown, context: InvocationContext & RoleContext = {}): Promise<RunAnswer> {
  const { env } = process;
  built ??= deployedDispatcher({
    env,
    sinks: SINKS,
    secrets: secretResolver(env, (path) => readFileSync(path, 'utf8')),
    createWorker,
    clock: systemClock,
    logger: pino({ level: env['LOG_LEVEL'] ?? 'info', base: { function: 'dispatcher' } }),
  });
  return await built(event, context, () => contextCredentials(context) ?? roleCredentials(env));
}
