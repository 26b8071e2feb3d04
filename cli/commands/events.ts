/** `spillway events`: a test event for a function. Talks to nobody. */
import Table from 'cli-table3';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { topicComplaint } from '../../shared/config/topic-name.ts';
import { sampleRecords } from '../../shared/test-events/sample-records.ts';
import { FORMS, FUNCTIONS, renderTestEvent, type TestForm } from '../events/catalogue.ts';
import { tableStyle } from '../table-style.ts';

const MAX_RECORDS = 10_000;

interface EventsOptions {
  readonly form?: TestForm;
  readonly records: number;
  readonly topic: string;
  readonly list?: boolean;
  readonly json: boolean;
}

export function eventsCommand(): Command {
  const command = new Command('events')
    .description('print a test event for a function: to paste into the console, or to invoke it with')
    .addArgument(new Argument('[function]', 'which function it is').choices(FUNCTIONS.map(({ name }) => name)))
    .addOption(new Option('--form <form>', 'what the event looks like').choices(Object.keys(FORMS)))
    .option('-n, --records <count>', 'how many records', recordCount, 5)
    .option('--topic <name>', 'topic that they seem to come from', topicName, 'orders')
    .option('--list', 'print which functions there are, with the forms of each')
    .option('--json', 'all on one line (an event is JSON either way)', false)
    .addHelpText(
      'after',
      [
        '',
        'Forms, of which the first that the function takes is the default:',
        ...Object.entries(FORMS).map(([form, text]) => `  ${form.padEnd(19)}  ${text}`),
        '',
        'The records are always the same: Chinese text, one without a key, a tombstone.',
        '',
        'Examples:',
        '  spillway events oss-sink                       paste it into the test dialog of the console',
        '  spillway events oss-sink > event.json && s invoke --event-file event.json',
        '  spillway events dispatcher > event.json && s invoke --event-file event.json',
        '  spillway events fc-sink -n 1 | curl --json @- http://127.0.0.1:9000/invoke',
        '  spillway events fc-sink | node local.mjs       a function of your own, with spillway/handler/testing',
      ].join('\n'),
    )
    .action((name: string | undefined, { form, records, topic, list, json }: EventsOptions) => {
      if (list) {
        process.stdout.write(json ? `${JSON.stringify(FUNCTIONS)}\n` : `${listText()}\n`);
        return;
      }
      const chosen = FUNCTIONS.find((each) => each.name === name);
      if (chosen === undefined) return command.error("error: missing required argument 'function', or --list");
      const used = form ?? chosen.forms[0];
      if (used === undefined || !chosen.forms.includes(used))
        return command.error(`error: ${chosen.name} takes ${chosen.forms.join(', ')} and no event of the form ${used}`);
      const event = renderTestEvent(used, sampleRecords(topic, records));
      process.stdout.write(json ? `${JSON.stringify(JSON.parse(event))}\n` : event);
    });
  return command;
}

function listText(): string {
  const table = new Table({ head: ['Function', 'What it is', 'Forms'], style: tableStyle() });
  for (const { name, title, forms } of FUNCTIONS) table.push([name, title, forms.join(', ')]);
  return table.toString();
}

function recordCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= MAX_RECORDS) return count;
  throw new InvalidArgumentError(`expected a whole number from 1 to ${MAX_RECORDS}`);
}

function topicName(text: string): string {
  const complaint = topicComplaint(text);
  if (complaint === undefined) return text;
  throw new InvalidArgumentError(`expected ${complaint}`);
}
