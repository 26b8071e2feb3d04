/** `spillway connectors test`: a record on its way from the source topic to the target. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { systemClock } from '../../shared/clock.ts';
import { TimeLimit } from '../../shared/time-limit.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { SpillwayApi } from '../api/spillway-api.ts';
import type { TestAnswer } from '../api/spillway-shapes.ts';
import { wholeNumber } from '../errors/options.ts';
import { shellWord } from '../shell-word.ts';
import { printable } from '../shown-bytes.ts';

const MOST_WAIT_S = 30;

const HELP = `
The record is a real one, marked by the header spillway.test: everybody who reads the topic reads it, and the target has
it afterwards. Exit code 0: it was written (or dropped by the connector's own policy); 1: it was refused, or is not done yet.

Examples:
  spillway connectors test orders
  spillway connectors test orders --topic orders --key 4711 --value '{"id":4711}' --header source=test
  spillway connectors test orders --at orders:0:1234          # what became of one that was sent before`;

interface TestOptions extends ApiOptions {
  readonly topic?: string;
  readonly partition?: number;
  readonly key?: string;
  readonly value?: string;
  readonly tombstone: boolean;
  readonly header: Readonly<Record<string, string>>;
  readonly at?: { readonly topic: string; readonly partition: number; readonly offset: number };
  /** Seconds. */
  readonly wait: number;
}

export function testCommand(): Command {
  const command = new Command('test')
    .description('send a test record to a source topic, and follow it to the target')
    .argument('<name>', 'of a connector')
    .option('--topic <topic>', 'needed where the connector reads several')
    .option('--partition <number>', 'to this partition; else by the key', wholeNumber(0, 1_000_000))
    .option('--key <text>', 'its key; else spillway-test')
    .addOption(new Option('--value <text>', 'its value; else a small JSON object').conflicts('tombstone'))
    .option('--tombstone', 'no value', false)
    .option('--header <name=text>', 'a header; may be repeated', header, {})
    .addOption(
      new Option('--at <topic:partition:offset>', 'send none: what became of the one there')
        .argParser(placeOf)
        .conflicts(['topic', 'partition', 'key', 'value', 'tombstone', 'header']),
    )
    .option('--wait <seconds>', 'how long to follow it', wholeNumber(0, MOST_WAIT_S), 10)
    .addHelpText('after', HELP);
  return withApi(command).action((name: string, options: TestOptions) =>
    withClient(options, async (client) => {
      const api = new SpillwayApi(client);
      const limit = new TimeLimit(systemClock, options.wait * 1_000);
      let answer = await (options.at === undefined
        ? api.test(name, recordOf(options), limit.leftMs)
        : api.testAt(name, options.at, limit.leftMs));
      while (answer.outcome === 'pending' && limit.leftMs > 0) answer = await api.testAt(name, answer, limit.leftMs);
      process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : answerText(name, answer));
      if (answer.outcome !== 'written' && answer.outcome !== 'dropped') process.exitCode = 1;
    }),
  );
}

function recordOf({ topic, partition, key, value, tombstone, header: headers }: TestOptions): object {
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(partition === undefined ? {} : { partition }),
    ...(key === undefined ? {} : { key }),
    ...(tombstone ? { value: null } : value === undefined ? {} : { value }),
    headers,
  };
}

/** Ends with a line break. */
export function answerText(name: string, { topic, partition, offset, outcome, message }: TestAnswer): string {
  const next = {
    errant: `spillway connectors errors ${shellWord(name)}`,
    stopped: `spillway connectors events ${shellWord(name)}`,
    pending: `spillway connectors test ${shellWord(name)} --at ${shellWord(`${topic}:${partition}:${offset}`)}`,
  }[outcome];
  const head = `${topic}-${partition} offset ${offset}: ${outcome}`;
  return `${printable([head, message, ...(next === undefined ? [] : [`-> ${next}`])].join('\n'))}\n`;
}

function header(text: string, all: Readonly<Record<string, string>>): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { ...all, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('expected NAME=TEXT such as source=test');
}

function placeOf(text: string) {
  const [, topic, partition, offset] = /^(.+):(\d{1,9}):(\d{1,15})$/.exec(text) ?? [];
  if (topic !== undefined) return { topic, partition: Number(partition), offset: Number(offset) };
  throw new InvalidArgumentError('expected TOPIC:PARTITION:OFFSET such as orders:0:1234');
}
