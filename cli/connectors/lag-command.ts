/** `spillway connectors lag`. */
import Table from 'cli-table3';
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import type { Lag } from '../api/spillway-shapes.ts';
import { shellWord } from '../shell-word.ts';
import { tableStyle } from '../table-style.ts';
import { cell } from './status-text.ts';
import { show, type WatchOptions, withWatch } from './watch.ts';

export function lagCommand(): Command {
  const command = new Command('lag')
    .description('how far connectors are in each partition, and what is left')
    .argument('<name...>', 'of connectors');
  return withApi(withWatch(command)).action((names: string[], options: ApiOptions & WatchOptions) =>
    withClient(options, async (client) => {
      const api = new SpillwayApi(client);
      await show(options, async () => {
        const lags = await Promise.all(names.map((name) => api.lag(name)));
        return options.json ? `${JSON.stringify(lags)}\n` : lags.map(lagText).join('\n');
      });
    }),
  );
}

/** Ends with a line break. */
export function lagText({ connector, group, lag, partitions }: Lag): string {
  const table = new Table({ head: ['partition', 'beginning', 'committed', 'end', 'lag', 'note'], style: tableStyle() });
  for (const { topic, partition, beginning, committed, end, lag: left, stopped } of partitions) {
    const note = stopped === undefined ? '' : `stopped at ${stopped.offset}: ${cell(stopped.code)}`;
    table.push([`${cell(topic)}-${partition}`, beginning, committed ?? 'none', end, left, note]);
  }
  const stops = partitions.some(({ stopped }) => stopped !== undefined);
  return [
    `${cell(connector)}: ${lag} records left, at most (group ${cell(group)})`,
    ...(partitions.length === 0 ? [] : [table.toString()]),
    ...(stops ? [`-> when the cause is gone: spillway connectors resume ${shellWord(connector)}`] : []),
    '',
  ].join('\n');
}
