/** A connector by environment variables: that of a dispatcher at Function Compute, and of a container without connector files. */
import { checkConnector, connectorKeys, type ParsedConnector } from '../../shared/config/connector-keys.ts';
import { configFromEnvironment, environmentName } from '../../shared/config/environment.ts';
import { namingVariables } from '../../shared/config/environment-problems.ts';
import type { RawConfig } from '../../shared/config/parse.ts';
import { type SecretResolver, unresolvedSecrets } from '../../shared/config/secret.ts';
import { sinkNamed } from '../../shared/config/sink-class.ts';
import { ConfigError } from '../../shared/errors.ts';
import type { SinkDefinition } from '../../shared/sink.ts';

const CLASS = 'connector.class';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface EnvironmentConnector {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
  /** Keys as they were given; secrets as references to their variables. */
  readonly raw: RawConfig;
}

/** Whether `env` names a connector at all. */
export function hasConnector(env: Environment): boolean {
  return (env[environmentName(CLASS)] ?? '') !== '';
}

/** Reads keys that a connector has, and no other variable.
 *  @throws ConfigError with every problem; each names its variable, too */
export function connectorFromEnvironment(
  env: Environment,
  sinks: readonly SinkDefinition[],
  secrets: SecretResolver,
): EnvironmentConnector {
  return namingVariables('', () => {
    const definition = sinkNamed(env[environmentName(CLASS)] || undefined, sinks);
    const raw = configFromEnvironment({ ...connectorKeys(definition), ...definition.keys }, env);
    const { parsed, problems, values } = checkConnector(definition, raw);
    const all = [...problems, ...unresolvedSecrets(values, secrets)];
    if (parsed === undefined || all.length > 0) throw new ConfigError(all, 'connector of the environment');
    return { definition, parsed, raw };
  });
}
