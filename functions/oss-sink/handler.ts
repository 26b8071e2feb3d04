/** Entry point of the OSS sink at Function Compute: `index.handler` in the bundle. Others build writers and stores from here. */
import { readFileSync } from 'node:fs';
import { contextCredentials, type RoleContext } from '../../shared/cloud-credentials.ts';
import type { Answer } from '../../shared/outcomes.ts';
import type { InvocationContext, SinkHandler } from '../../shared/sink-handler.ts';
import { type OssCredentials, roleCredentials } from './credentials.ts';
import { deployedHandler } from './deployed.ts';

export { createOssClaimCheckStore, createOssWriter } from './create.ts';
export { roleCredentials } from './credentials.ts';
export { type OssProbe, type OssProbeStep, type OssProbeTarget, probeOss } from './probe.ts';

let built: SinkHandler | undefined;
let ofLastCall: OssCredentials | undefined;

/** Takes our envelope and every form of the native Kafka trigger; answers one outcome a record.
 *  Built at the first call, so that a wrong environment fails calls with its list of problems.
 *  @throws ConfigError when the environment is wrong; what `createSinkHandler` throws when nobody reads the answer */
export async function handler(event: Buffer, context?: InvocationContext & RoleContext): Promise<Answer> {
  ofLastCall = contextCredentials(context) ?? ofLastCall;
  built ??= deployedHandler(
    process.env,
    (path) => readFileSync(path, 'utf8'),
    () => ofLastCall ?? roleCredentials(process.env),
    Math.random,
  );
  return built(event, context);
}
