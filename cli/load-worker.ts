/** Worker settings: a file, with the environment on top. */
import { configFromEnvironment, WORKER_PREFIX } from '../shared/config/environment.ts';
import { parseWorker, type WorkerConfig, workerKeys } from '../shared/config/worker-keys.ts';
import type { ConfigProblem } from '../shared/errors.ts';
import { readWorkerFile } from './config-file.ts';

/** Settings of `path`, if given, overridden by `SPILLWAY_...` variables; and the names that were given rather than defaulted.
 *  @throws ConfigError with every problem */
export function loadWorker(path: string | undefined): {
  readonly config: WorkerConfig;
  readonly warnings: readonly ConfigProblem[];
  readonly given: ReadonlySet<string>;
} {
  const raw = {
    ...(path === undefined ? {} : readWorkerFile(path)),
    ...configFromEnvironment(workerKeys, process.env, WORKER_PREFIX),
  };
  return { ...parseWorker(raw), given: new Set(Object.keys(raw)) };
}
