/** Worker settings: a file, with the environment on top. */
import { configFromEnvironment, WORKER_PREFIX } from '../shared/config/environment.ts';
import { namingVariables } from '../shared/config/environment-problems.ts';
import type { RawConfig } from '../shared/config/parse.ts';
import { parseWorker, type WorkerConfig, workerKeys } from '../shared/config/worker-keys.ts';
import type { ConfigProblem } from '../shared/errors.ts';
import { readWorkerFile } from './config-file.ts';

/** Settings of `path`, if given, overridden by `SPILLWAY_...` variables, parsed and as they were given. Where the platform names a port, that
 *  one on all interfaces is the default of `listeners`.
 *  @throws ConfigError with every problem */
export function loadWorker(path: string | undefined): {
  readonly config: WorkerConfig;
  readonly warnings: readonly ConfigProblem[];
  readonly raw: RawConfig;
} {
  // Where a custom container of Function Compute must listen for the platform to find it, which sets the variable. Source:
  // https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/environment-variables (reserved variables).
  const port = process.env['FC_CUSTOM_LISTEN_PORT'];
  const raw = {
    ...(port === undefined || port === '' ? {} : { listeners: `http://0.0.0.0:${port}` }),
    ...(path === undefined ? {} : readWorkerFile(path)),
    ...configFromEnvironment(workerKeys, process.env, WORKER_PREFIX),
  };
  // Most people set these by variables.
  return { ...namingVariables(WORKER_PREFIX, () => parseWorker(raw)), raw };
}

/** The managed instance that the same settings name, whether or not they are whole.
 *  @throws ConfigError when the file cannot be read */
export function managedInstance(path: string | undefined): string | undefined {
  const key = 'alikafka.instance.id';
  const raw = {
    ...(path === undefined ? {} : readWorkerFile(path)),
    ...configFromEnvironment({ [key]: workerKeys[key] }, process.env, WORKER_PREFIX),
  };
  const id: unknown = raw[key];
  return typeof id === 'string' ? id : undefined;
}
