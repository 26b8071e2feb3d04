/** Entry point of the MaxCompute sink at Function Compute: `index.handler` in the bundle. Others build writers from here. */
import { readFileSync } from 'node:fs';
import {
  type CloudCredentials,
  contextCredentials,
  type RoleContext,
  roleCredentials,
} from '../../shared/cloud-credentials.ts';
import type { Answer } from '../../shared/outcomes.ts';
import type { InvocationContext, SinkHandler } from '../../shared/sink-handler.ts';
import { deployedHandler } from './deployed.ts';

export { createMaxComputeWriter } from './create.ts';
export { type MaxComputeProbe, type MaxComputeProbeStep, probeMaxCompute } from './probe.ts';

let built: SinkHandler | undefined;
let ofLastCall: CloudCredentials | undefined;

/** Takes our envelope and every form of the native Kafka trigger; answers one outcome a record.
 *  Built at the first call, so that a wrong environment fails calls with its list of problems.
 *  @throws ConfigError when the environment is wrong; what `createSinkHandler` throws when nobody reads the answer */
export async function handler(event: Buffer, context?: InvocationContext & RoleContext): Promise<Answer> {
  ofLastCall = contextCredentials(context) ?? ofLastCall;
  const { env } = process;
  built ??= deployedHandler(
    { env, readText: (path) => readFileSync(path, 'utf8'), random: Math.random },
    () => ofLastCall ?? roleCredentials(env),
  );
  return built(event, context);
}
