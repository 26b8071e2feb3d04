/** `spillway validate` on the command line. */
import { Command, InvalidArgumentError } from 'commander';
import { TABLES } from '../from-connect/translate.ts';
import { managedInstance } from '../load-worker.ts';
import { processSecrets } from '../secret-resolver.ts';
import { SINKS } from '../sinks.ts';
import { connectorText, fromConnect, reportText } from './from-connect.ts';
import { connectorHelp, workerHelp } from './keys.ts';
import { formatValidation, validateFile } from './validate.ts';

const WORKER = 'worker';
const SUBJECTS = [...SINKS.map(({ connectorClass }) => connectorClass), WORKER];

const HELP = `
A Kafka Connect configuration is one of: ${TABLES.map(({ title }) => title).join(', ')}.
The connector is printed; what must be filled in, has no counterpart or means something else is told on standard
error. Secrets are not copied: references to environment variables stand in their place.

Examples:
  spillway validate orders.yaml
  spillway validate --keys oss-sink
  spillway validate --from-connect s3-sink.json > orders.yaml`;

interface ValidateOptions {
  readonly worker?: string;
  readonly json: boolean;
  readonly keys?: string;
  readonly fromConnect?: string;
}

export function validateCommand(): Command {
  return new Command('validate')
    .description('check connector files: every problem at once, by key; talks to nobody')
    .argument('[connector-file...]', 'connectors: .json, .yaml or Kafka Connect .properties')
    .option(
      '--worker <file>',
      'worker settings: names are checked by the rules of alikafka.instance.id, if they have one',
    )
    .option(
      '--keys <subject>',
      `print all keys of a connector.class, or worker settings (${SUBJECTS.join(', ')})`,
      subject,
    )
    .option(
      '--from-connect <file>',
      'translate a Kafka Connect configuration (.json, .yaml, .properties) and check the result',
    )
    .option('--json', 'one JSON answer a file', false)
    .addHelpText('after', HELP)
    .action((files: string[], options: ValidateOptions, command: Command) => {
      if (options.keys !== undefined) process.stdout.write(helpOn(options.keys));
      else if (options.fromConnect !== undefined) translateFile(options.fromConnect, options.json);
      else if (files.length === 0) command.error('error: name a connector file, --keys or --from-connect');
      const instanceId = files.length === 0 ? undefined : managedInstance(options.worker);
      for (const file of files) {
        const validation = validateFile(file, SINKS, processSecrets, instanceId);
        process.stdout.write(formatValidation(validation, options.json));
        if (!validation.valid) process.exitCode = 1;
      }
    });
}

/** The connector goes to standard output, to be kept; what there is to say of it to standard error. */
function translateFile(file: string, asJson: boolean): void {
  const answer = fromConnect(file, SINKS, processSecrets);
  process.stdout.write(connectorText(answer, asJson));
  process.stderr.write(reportText(answer, asJson));
  if (!answer.validation.valid) process.exitCode = 1;
}

function subject(given: string): string {
  if (SUBJECTS.includes(given)) return given;
  throw new InvalidArgumentError(`expected one of ${SUBJECTS.join(', ')}`);
}

function helpOn(what: string): string {
  const sink = SINKS.find(({ connectorClass }) => connectorClass === what);
  return sink === undefined ? workerHelp() : connectorHelp(sink);
}
