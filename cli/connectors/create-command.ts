/** `spillway connectors create`. */
import { Command, Option } from 'commander';
import { ApiRefused } from '../api/api-errors.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi, type InitialState } from '../api/connect-api.ts';
import { shellWord } from '../shell-word.ts';
import { givenFiles } from './given-file.ts';
import { onEach } from './on-each.ts';
import { settled, type WaitOptions, withWait } from './settled.ts';

const HELP = `
Secrets must be references such as \${env:OSS_ACCESS_KEY_SECRET}, which the workers resolve.

Examples:
  spillway connectors create orders.yaml
  spillway connectors create orders.yaml payments.json --state stopped`;

interface CreateOptions extends ApiOptions, WaitOptions {
  readonly state: 'running' | 'paused' | 'stopped';
}

export function createCommand(): Command {
  const command = new Command('create')
    .description('make connectors of files')
    .argument('<connector-file...>', '.json, .yaml or Kafka Connect .properties')
    .addOption(
      new Option('--state <state>', 'what it is to be at first: running, paused or stopped')
        .choices(['running', 'paused', 'stopped'])
        .default('running'),
    )
    .addHelpText('after', HELP);
  return withApi(withWait(command)).action((files: string[], options: CreateOptions) => {
    const initial = options.state.toUpperCase() as InitialState;
    const given = givenFiles(files);
    return withClient(options, async (client) => {
      const api = new ConnectApi(client);
      await onEach(given, options.json, async ({ name, path, config }) => {
        await api.create(name, config, initial).catch((thrown: unknown) => {
          throw isThere(thrown) ? thereAlready(thrown, path) : thrown;
        });
        const more = await settled(api, name, initial, options);
        const next = initial === 'RUNNING' ? 'status' : 'resume';
        return `made, ${initial}${more}. Next: spillway connectors ${next} ${shellWord(name)}`;
      });
    });
  });
}

function isThere(thrown: unknown): thrown is ApiRefused {
  return thrown instanceof ApiRefused && thrown.status === 409 && thrown.message.includes('already exists');
}

function thereAlready({ status, message }: ApiRefused, path: string): ApiRefused {
  return new ApiRefused(status, `${message}. To change it: spillway connectors update ${shellWord(path)}`);
}
