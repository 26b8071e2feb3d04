/** The sink as a deployed function. */
import type { CloudCredentials } from '../../shared/cloud-credentials.ts';
import { deployedSink, type FunctionHost } from '../../shared/kafka/deployed-sink.ts';
import type { SinkHandler } from '../../shared/sink-handler.ts';
import { maxcomputeSink } from './config.ts';
import { createMaxComputeWriter } from './create.ts';

/** Builds the handler from an environment. `role` is asked for credentials before each request.
 *  @throws ConfigError with every problem of the environment */
export function deployedHandler(host: FunctionHost, role: () => CloudCredentials | undefined): SinkHandler {
  const { random } = host;
  return deployedSink(
    maxcomputeSink,
    (config, deps) => createMaxComputeWriter(config, { ...deps, random, role }),
    host,
  );
}
