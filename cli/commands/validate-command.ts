/** `spillway validate` on the command line. */
import { Command, InvalidArgumentError } from 'commander';
import { processSecrets } from '../secret-resolver.ts';
import { SINKS } from '../sinks.ts';
import { connectorHelp, workerHelp } from './keys.ts';
import { formatValidation, validateFile } from './validate.ts';

const WORKER = 'worker';
const SUBJECTS = [...SINKS.map(({ connectorClass }) => connectorClass), WORKER];

export function validateCommand(): Command {
  return new Command('validate')
    .description('check connector files: every problem at once, by key; talks to nobody')
    .argument('[connector-file...]', 'connectors: .json, .yaml or Kafka Connect .properties')
    .option(
      '--keys <subject>',
      `print all keys of a connector.class, or worker settings (${SUBJECTS.join(', ')})`,
      subject,
    )
    .option('--json', 'one JSON answer a file', false)
    .action((files: string[], options: { json: boolean; keys?: string }, command: Command) => {
      if (options.keys !== undefined) process.stdout.write(helpOn(options.keys));
      else if (files.length === 0) command.error('error: name a connector file, or --keys');
      for (const file of files) {
        const validation = validateFile(file, SINKS, processSecrets);
        process.stdout.write(formatValidation(validation, options.json));
        if (!validation.valid) process.exitCode = 1;
      }
    });
}

function subject(given: string): string {
  if (SUBJECTS.includes(given)) return given;
  throw new InvalidArgumentError(`expected one of ${SUBJECTS.join(', ')}`);
}

function helpOn(what: string): string {
  const sink = SINKS.find(({ connectorClass }) => connectorClass === what);
  return sink === undefined ? workerHelp() : connectorHelp(sink);
}
