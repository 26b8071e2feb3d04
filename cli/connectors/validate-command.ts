/** `spillway connectors validate`: asks a worker, which knows its own plugins, secrets and rules. */
import { Command } from 'commander';
import { ConfigError } from '../../shared/errors.ts';
import { type ApiOptions, withApi, withClient } from '../api/api-options.ts';
import { ConnectApi } from '../api/connect-api.ts';
import type { Validation } from '../api/connect-shapes.ts';
import { printable } from '../shown-bytes.ts';
import { givenFile } from './given-file.ts';

export function validateCommand(): Command {
  const command = new Command('validate')
    .description('have a worker check a connector file: every problem at once, by key; changes nothing')
    .argument('<connector-file>', '.json, .yaml or Kafka Connect .properties');
  return withApi(command).action((path: string, options: ApiOptions) => {
    const { config } = givenFile(path);
    const plugin = config['connector.class'];
    if (typeof plugin !== 'string') {
      throw new ConfigError(
        [{ key: 'connector.class', message: 'is missing; spillway connectors plugins lists them' }],
        path,
      );
    }
    return withClient(options, async (client) => {
      const answer = await new ConnectApi(client).validate(plugin, config);
      process.stdout.write(options.json ? `${JSON.stringify(answer)}\n` : validationText(path, answer));
      if (answer.error_count > 0) process.exitCode = 1;
    });
  });
}

/** A line a problem. Ends with a line break. */
export function validationText(path: string, { error_count, configs }: Validation): string {
  if (error_count === 0) return `${path}: valid\n`;
  const lines = configs.flatMap(({ value: { name, errors, recommended_values } }) => {
    const known = (recommended_values ?? []).map(String);
    const hint = known.length === 0 || errors.length === 0 ? '' : ` (known: ${known.join(', ')})`;
    // A worker of ours begins with the key itself.
    return errors.map((error) => `  problem  ${error.startsWith(`${name}: `) ? error : `${name}: ${error}`}${hint}`);
  });
  return `${printable([`${path}: ${error_count} problem${error_count === 1 ? '' : 's'}`, ...lines].join('\n'))}\n`;
}
