/** Worker settings: a file, with the environment on top. */
import { configFromEnvironment, environmentName, WORKER_PREFIX } from '../shared/config/environment.ts';
import type { RawConfig } from '../shared/config/parse.ts';
import { parseWorker, type WorkerConfig, workerKeys } from '../shared/config/worker-keys.ts';
import { ConfigError, type ConfigProblem } from '../shared/errors.ts';
import { readWorkerFile } from './config-file.ts';

/** Settings of `path`, if given, overridden by `SPILLWAY_...` variables, parsed and as they were given.
 *  @throws ConfigError with every problem */
export function loadWorker(path: string | undefined): {
  readonly config: WorkerConfig;
  readonly warnings: readonly ConfigProblem[];
  readonly raw: RawConfig;
} {
  const raw = {
    ...(path === undefined ? {} : readWorkerFile(path)),
    ...configFromEnvironment(workerKeys, process.env, WORKER_PREFIX),
  };
  return { ...parsed(raw), raw };
}

/** Most people set these by variables: a problem names the variable, too. */
function parsed(raw: Readonly<Record<string, unknown>>): ReturnType<typeof parseWorker> {
  try {
    return parseWorker(raw);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.problems.map(({ key, message }) => ({
      key,
      message: `${message} (in the environment: ${environmentName(key, WORKER_PREFIX)})`,
    }));
    throw new ConfigError(problems, 'worker settings');
  }
}
