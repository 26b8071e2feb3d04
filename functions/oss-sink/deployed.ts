/** The sink as a deployed function. */
import { deployedSink } from '../../shared/kafka/deployed-sink.ts';
import type { SinkHandler } from '../../shared/sink-handler.ts';
import { ossSink } from './config.ts';
import { createOssWriter } from './create.ts';
import type { OssCredentials } from './credentials.ts';

/** Builds the handler from an environment. `role` is asked for credentials before each request; `random` as `Math.random`.
 *  @throws ConfigError with every problem of the environment */
export function deployedHandler(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string,
  role: () => OssCredentials | undefined,
  random: () => number,
): SinkHandler {
  return deployedSink(ossSink, (config, deps) => createOssWriter(config, { ...deps, role }), { env, readText, random });
}
