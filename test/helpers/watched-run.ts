import type { CliResult, Rig } from './pipeline.ts';
import { waitFor } from './wait-for.ts';

/** Connectors that run in a process of their own, with what they tell about themselves. */
export interface WatchedRun {
  /** Everything on standard error so far. */
  log(): string;
  /** Lines of the log with this message. */
  lines(message: string): Readonly<Record<string, unknown>>[];
  /** Sum of a metric over the series whose labels contain `labels`. */
  metric(name: string, labels?: string): Promise<number>;
  /** Body of `/health`. */
  health(): Promise<string>;
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<CliResult>;
}

/** `spillway run --json FILES`, with metrics. */
export async function watchedRun(
  rig: Rig,
  files: string | readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<WatchedRun> {
  const run = rig.spawnCli(['run', '--json', ...[files].flat()], env);
  let log = '';
  run.stderr?.on('data', (text: string) => {
    log += text;
  });
  const address = await waitFor(() => /"address":"(http:[^"]+)"/.exec(log)?.[1], { what: 'the listener' });
  return {
    log: () => log,
    lines: (message) =>
      log
        .split('\n')
        .filter((line) => line.startsWith('{') && line.includes(JSON.stringify(message)))
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    async metric(name, labels = '') {
      const text = await (await fetch(`${address}/metrics`)).text();
      const series = text.matchAll(new RegExp(`^${name}\\{([^}]*)\\} (\\S+)$`, 'gm'));
      return [...series].reduce((sum, [, of = '', value]) => sum + (of.includes(labels) ? Number(value) : 0), 0);
    },
    health: async () => (await fetch(`${address}/health`)).text(),
    async stop() {
      run.kill('SIGTERM');
      return await run.result;
    },
  };
}
