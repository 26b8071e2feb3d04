/** `spillway worker`: one of the workers that share the connectors of the REST API. */
import { Command } from 'commander';
import { createClusterWorker } from '../../functions/control-plane/main.ts';
import { loadWorker } from '../load-worker.ts';
import { loggerTo, standardError } from '../logger.ts';
import { processSecrets } from '../secret-resolver.ts';
import { stopSignals } from '../stop-signals.ts';
import { packageVersion } from '../version.ts';

const HELP = `
Workers with the same group.id share their connectors; each serves all of them at listeners (http://127.0.0.1:8083).
Without a file the settings are those of SPILLWAY_... variables.

Examples:
  spillway worker worker.yaml
  SPILLWAY_BOOTSTRAP_SERVERS=kafka:9092 spillway worker`;

export function workerCommand(): Command {
  return new Command('worker')
    .description('run a worker with the REST API until SIGINT or SIGTERM (a second one stops at once)')
    .argument('[file]', 'worker settings: .json, .yaml or .properties; SPILLWAY_... variables override them')
    .addHelpText('after', HELP)
    .action(run);
}

/** @throws ConfigError, FatalError, RetriableError when it could not start, or cannot go on */
async function run(file: string | undefined): Promise<void> {
  const { config, warnings } = loadWorker(file);
  // The worker decides what is logged, so that it can be changed while it runs.
  const logger = loggerTo(standardError(process.stderr.isTTY === true), 'trace');
  for (const { key, message } of warnings) logger.warn({ key, problem: message }, 'configuration warning');
  const worker = createClusterWorker({ worker: config, secrets: processSecrets, logger, version: packageVersion() });
  const signals = stopSignals((signal) => logger.info({ signal }, 'stopping; a second signal stops at once'));
  try {
    await worker.run(signals.stop, signals.kill);
  } finally {
    signals.dispose();
  }
}
