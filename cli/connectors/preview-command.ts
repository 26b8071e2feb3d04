/** `spillway connectors preview`: what a connector would make of real records, asked of a worker. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import { wholeNumber } from '../errors/options.ts';
import { previewText } from '../preview/render.ts';

const MOST_RECORDS = 20;
const MOST_HEAD_BYTES = 100_000;

interface PreviewOptions extends ApiOptions {
  readonly records: number;
  readonly partition?: string;
  readonly from: string;
  readonly head: number;
}

export function previewCommand(): Command {
  const command = new Command('preview')
    .description('what a connector would do with real records; sends, writes and commits nothing')
    .argument('<name>', 'of a connector')
    .option('-n, --records <count>', 'how many records', wholeNumber(1, MOST_RECORDS), 5)
    .option('--partition <topic-partition>', 'of this partition only, for example orders-0')
    .option('--from <where>', 'earliest, latest (the last records), an offset, or an ISO time with its zone', 'latest')
    .option('--head <bytes>', 'how much of each body is shown', wholeNumber(0, MOST_HEAD_BYTES), 1_000);
  return withApi(command).action((name: string, options: PreviewOptions) =>
    withClient(options, async (client) => {
      const { records, partition, from, head, json } = options;
      const preview = await new SpillwayApi(client).preview(name, { records, partition, from, head });
      process.stdout.write(json ? `${JSON.stringify(preview)}\n` : previewText(name, preview));
    }),
  );
}
