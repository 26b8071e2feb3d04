/** `spillway connectors workers`. */
import Table from 'cli-table3';
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import type { Cluster } from '../api/spillway-shapes.ts';
import { tableStyle } from '../table-style.ts';
import { cell } from './status-text.ts';
import { show, type WatchOptions, withWatch } from './watch.ts';

export function workersCommand(): Command {
  const command = new Command('workers').description('which workers there are, who leads them, and what each runs');
  return withApi(withWatch(command)).action((options: ApiOptions & WatchOptions) =>
    withClient(options, (client) =>
      show(options, async () => {
        const cluster = await new SpillwayApi(client).cluster();
        return options.json ? `${JSON.stringify(cluster)}\n` : clusterText(cluster);
      }),
    ),
  );
}

/** Ends with a line break. */
export function clusterText({ group, generation, leader, self, workers }: Cluster): string {
  const table = new Table({ head: ['worker', '', 'connectors', 'tasks'], style: tableStyle() });
  for (const { id, member, connectors, tasks } of workers) {
    const notes = [
      ...(id === leader ? ['leads'] : []),
      ...(id === self ? ['answers'] : []),
      ...(member ? [] : ['gone']),
    ];
    table.push([cell(id), notes.join(', '), connectors.length, tasks.length]);
  }
  const head =
    generation === null ? `group ${cell(group)}, being formed` : `group ${cell(group)}, generation ${generation}`;
  return `${head}\n${table.toString()}\n`;
}
