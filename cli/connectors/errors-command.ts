/** `spillway connectors errors`: what lies in a connector's error topics, asked of a worker. */
import { Command } from 'commander';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import { kindsText, rowsText } from '../errors/list-text.ts';
import { type FilterTexts, filterTexts, topicName, wholeNumber, withFilterTexts } from '../errors/options.ts';
import { shellWord } from '../shell-word.ts';

const MOST_ROWS = 1_000;

interface ErrorsOptions extends ApiOptions, FilterTexts {
  readonly topic?: string;
  readonly limit: number;
  readonly summary: boolean;
}

export function errorsCommand(): Command {
  const command = new Command('errors')
    .description("what is in a connector's error topics, the newest first; or, with --summary, how many of which error")
    .argument('<name>', 'of a connector')
    .option('-n, --limit <count>', 'how many records', wholeNumber(1, MOST_ROWS), 20)
    .option('--summary', 'count records by error code and source topic; reads all that are selected', false)
    .option('--topic <name>', 'this one of its error topics', topicName);
  return withApi(withFilterTexts(command)).action((name: string, options: ErrorsOptions) =>
    withClient(options, async (client) => {
      const api = new SpillwayApi(client);
      const { topic, limit, summary, json } = options;
      const query = { ...filterTexts(options), topic };
      if (summary) {
        const answer = await api.errorKinds(name, query);
        process.stdout.write(json ? `${JSON.stringify(answer)}\n` : kindsText(answer.kinds));
        return;
      }
      const answer = await api.errors(name, { ...query, limit });
      process.stdout.write(
        json ? `${JSON.stringify(answer)}\n` : rowsText(answer.errors, severalTopics(answer.errors)),
      );
      if (!json && answer.errors.length > 0) {
        process.stderr.write(`To send them back: spillway connectors redrive ${shellWord(name)} --all\n`);
      }
    }),
  );
}

function severalTopics(rows: readonly { readonly topic: string }[]): boolean {
  return new Set(rows.map(({ topic }) => topic)).size > 1;
}
