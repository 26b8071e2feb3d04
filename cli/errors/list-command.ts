/** `spillway errors list`. Reads, changes nothing, joins no group. */
import { Command } from 'commander';
import { newestErrors, summariseErrors } from '../../functions/dispatcher/redrive/error-list.ts';
import { rowData } from '../../functions/dispatcher/redrive/row-data.ts';
import { kindsText, rowsText } from './list-text.ts';
import { type OpenTopics, withTopics } from './open-topics.ts';
import {
  type FilterOptions,
  fileAndPlaces,
  selectionOf,
  type WhereOptions,
  wholeNumber,
  withFilters,
  withWhere,
} from './options.ts';

const MOST_ROWS = 100_000;

interface ListOptions extends WhereOptions, FilterOptions {
  readonly limit: number;
  readonly summary: boolean;
}

export function listCommand(): Command {
  const command = new Command('list')
    .description('what is in the error topics, the newest first; or, with --summary, how many records of which error')
    .argument('[connector-file]', 'connector: .json, .yaml or Kafka Connect .properties')
    .option('-n, --limit <count>', 'how many records', wholeNumber(1, MOST_ROWS), 20)
    .option('--summary', 'count records by connector, error code and source topic; reads all that are selected', false);
  return withWhere(withFilters(command)).action(async (given: string | undefined, options: ListOptions) => {
    const { file } = fileAndPlaces(given === undefined ? [] : [given], command);
    const selection = selectionOf(options, [], command);
    await withTopics(file, options, async (open) => {
      const { admin, reader, topics } = open;
      sayMissing(open);
      if (options.summary) {
        const kinds = await summariseErrors(admin, reader, topics, selection);
        process.stdout.write(options.json ? `${JSON.stringify(kinds)}\n` : kindsText(kinds));
        return;
      }
      const rows = (await newestErrors(admin, reader, topics, selection, options.limit)).map(rowData);
      process.stdout.write(options.json ? `${JSON.stringify(rows)}\n` : rowsText(rows, topics.length > 1));
    });
  });
}

function sayMissing({ missing }: OpenTopics): void {
  for (const topic of missing) process.stderr.write(`there is no error topic ${topic} yet\n`);
}
