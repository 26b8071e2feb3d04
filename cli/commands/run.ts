/** `spillway run`: connectors of files, or the one of the environment, in this process, until stopped or caught up. */
import Table from 'cli-table3';
import { Command } from 'commander';
import { createHealthApp } from '../../functions/dispatcher/health-server.ts';
import { createWorker } from '../../functions/dispatcher/main.ts';
import { threadsOf } from '../../functions/dispatcher/threads/thread-link.ts';
import type { RunReport } from '../../functions/dispatcher/worker.ts';
import { ConfigError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { loadConnectorOfEnvironment, loadConnectors } from '../load-connectors.ts';
import { loadWorker } from '../load-worker.ts';
import { loggerTo, standardError } from '../logger.ts';
import { showProgress } from '../progress.ts';
import { processSecrets } from '../secret-resolver.ts';
import { stopSignals } from '../stop-signals.ts';
import { tableStyle } from '../table-style.ts';
import { thisProgram } from '../this-program.ts';

interface RunOptions {
  readonly worker?: string;
  readonly untilCaughtUp: boolean;
  readonly resumeStopped: boolean;
  readonly json: boolean;
}

export function runCommand(): Command {
  return new Command('run')
    .description('run connectors in this process until SIGINT or SIGTERM (a second one stops at once)')
    .argument(
      '[connector-file...]',
      'connectors: .json, .yaml or Kafka Connect .properties; without any, the connector of the environment (CONNECTOR_CLASS, NAME, TOPICS, ...)',
    )
    .option('--worker <file>', 'worker settings; SPILLWAY_... variables override them')
    .option('--until-caught-up', 'stop when everything up to the end offsets of now is written and committed', false)
    .option('--resume-stopped', 'go on with partitions that errors.policy=stop stopped', false)
    .option('--json', 'the report as JSON', false)
    .action(async (files: string[], options: RunOptions) => {
      const report = await run(files, options);
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${describeReport(report)}\n`);
      if (!report.ok) process.exitCode = 1;
    });
}

/** @throws ConfigError, FatalError, RetriableError when it could not start */
async function run(files: readonly string[], options: RunOptions): Promise<RunReport> {
  const terminal = process.stderr.isTTY === true;
  const { config, warnings, raw } = loadWorker(options.worker);
  const lines = standardError(terminal);
  const logger = loggerTo(lines, config['log.level']);
  for (const { key, message } of warnings) logger.warn({ key, problem: message }, 'configuration warning');
  const connectors = files.length === 0 ? [loadConnectorOfEnvironment(logger)] : loadConnectors(files, logger);
  const worker = await createWorker({
    connectors,
    worker: config,
    secrets: processSecrets,
    logger,
    resumeStopped: options.resumeStopped,
    threads: { start: threadsOf(thisProgram()), worker: raw, logLine: (line) => void lines.write(line) },
  });
  const signals = stopSignals((signal) => logger.info({ signal }, 'stopping; a second signal stops at once'));
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const preStop = async () => {
    signals.stopFor('pre-stop');
    await ended;
  };
  // Only where a platform asks: elsewhere nobody shall stop a run over HTTP.
  const isContainer = (process.env['FC_CUSTOM_LISTEN_PORT'] ?? '') !== '';
  const health = createHealthApp(worker, isContainer ? preStop : undefined);
  const progress = showProgress(() => worker.statuses(), terminal);
  try {
    await listen(health, config['metrics.listener'] ?? config.listeners[0], new Set(Object.keys(raw)), logger);
    return await worker.run(options.untilCaughtUp, signals.stop, signals.kill);
  } finally {
    end();
    progress.stop();
    signals.dispose();
    await health.close();
  }
}

/** A port that nobody asked for must not keep a run from starting. */
async function listen(
  app: ReturnType<typeof createHealthApp>,
  address: string | undefined,
  given: ReadonlySet<string>,
  logger: Logger,
): Promise<void> {
  if (address === undefined) return;
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'http:') {
    const message = `${address}: metrics and health are served in clear here, and TLS is for \`spillway worker\`; set metrics.listener or an http:// address`;
    throw new ConfigError([{ key: 'listeners', message }], 'worker settings');
  }
  try {
    const listening = await app.listen({ host: hostname, port: Number(port) });
    logger.info({ address: listening }, 'metrics and health');
  } catch (thrown) {
    if (given.has('listeners') || given.has('metrics.listener')) {
      const key = given.has('metrics.listener') ? 'metrics.listener' : 'listeners';
      const message = `${address} cannot be listened on: ${toError(thrown).message}; free it or set another`;
      throw new ConfigError([{ key, message }], 'worker settings');
    }
    logger.warn(
      { address, reason: toError(thrown).message },
      'metrics and health are not served; set listeners to another address',
    );
  }
}

/** The report for a person. */
function describeReport(report: RunReport): string {
  const head = ['connector', 'read', 'written', 'in error topics', 'dropped', 'handed back', 'lag'];
  const table = new Table({ head, style: tableStyle() });
  for (const { name, totals, lag } of report.connectors) {
    table.push([name, totals.polled, totals.written, totals.errant, totals.dropped, totals.released, lag]);
  }
  return [table.toString(), ...report.reasons].join('\n');
}
