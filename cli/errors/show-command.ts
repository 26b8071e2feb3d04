/** `spillway errors show`. Reads, changes nothing, joins no group. */
import { Command } from 'commander';
import { errorAt } from '../../functions/dispatcher/redrive/error-show.ts';
import { theOneTopic, withTopics } from './open-topics.ts';
import { fileAndPlaces, type WhereOptions, withWhere } from './options.ts';
import { entryData, entryText } from './show-text.ts';

/** Of keys, values and headers, unless all is asked for. */
const SHOWN_BYTES = 1_000;

interface ShowOptions extends WhereOptions {
  readonly full: boolean;
}

export function showCommand(): Command {
  const command = new Command('show')
    .description('one record of an error topic: why it failed, where it was, its headers, key and value')
    .argument('<connector-file-and-place...>', 'the connector file (or --topic), and PARTITION:OFFSET such as 0:17')
    .option('--full', 'keys, values and headers whole, however long they are', false);
  return withWhere(command).action(async (args: string[], options: ShowOptions) => {
    const { file, places } = fileAndPlaces(args, command);
    const [place, ...others] = places;
    if (place === undefined || others.length > 0) command.error('error: expected one PARTITION:OFFSET such as 0:17');
    else {
      await withTopics(file, options, async (open) => {
        const entry = await errorAt(open.admin, open.reader, theOneTopic(open), place);
        const bytes = options.full ? Number.MAX_SAFE_INTEGER : SHOWN_BYTES;
        process.stdout.write(options.json ? `${JSON.stringify(entryData(entry, bytes))}\n` : entryText(entry, bytes));
      });
    }
  });
}
