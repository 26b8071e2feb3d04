/** `spillway events`: a test event for a sink function. Talks to nobody. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { topicComplaint } from '../../shared/config/topic-name.ts';
import type { EventForm } from '../../shared/envelope/normalise.ts';
import { EVENT_FORMS, renderEvent } from '../events/render-event.ts';
import { sampleRecords } from '../events/sample-records.ts';
import { SINKS } from '../sinks.ts';

const MAX_RECORDS = 10_000;

interface EventsOptions {
  readonly form: EventForm;
  readonly records: number;
  readonly topic: string;
  readonly json: boolean;
}

export function eventsCommand(): Command {
  const sinks = SINKS.map(({ connectorClass }) => connectorClass);
  return new Command('events')
    .description('print a test event for a sink function: to paste into the console, or to invoke it with')
    .addArgument(new Argument('<sink>', 'which sink the function is').choices(sinks))
    .addOption(new Option('--form <form>', 'what the event looks like').choices(EVENT_FORMS).default('envelope'))
    .option('-n, --records <count>', 'how many records', recordCount, 5)
    .option('--topic <name>', 'topic that they seem to come from', topicName, 'orders')
    .option('--json', 'all on one line (it is JSON either way)', false)
    .addHelpText(
      'after',
      [
        '',
        'Forms:',
        '  envelope             what a dispatcher of Spillway sends, and answers are read',
        '  cloudevents          what a native Kafka trigger sends: an array of CloudEvents objects',
        '  cloudevents-strings  the same, each object as a string of JSON',
        '  raw                  what a native trigger sends with the push format RawData',
        '',
        'The records are always the same: Chinese text, one without a key, a tombstone.',
        '',
        'Examples:',
        '  spillway events oss-sink                       paste it into the test dialog of the console',
        '  spillway events oss-sink > event.json && s invoke --event-file event.json',
        '  spillway events fc-sink -n 1 | curl --json @- http://127.0.0.1:9000/invoke',
      ].join('\n'),
    )
    .action((_sink: string, { form, records, topic, json }: EventsOptions) => {
      const event = renderEvent(sampleRecords(topic, records), form);
      process.stdout.write(json ? `${JSON.stringify(JSON.parse(event))}\n` : event);
    });
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
