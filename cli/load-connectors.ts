/** Connectors of files as they are given on the command line, parsed and checked together; or the one of the environment. */
import { dirname, resolve } from 'node:path';
import { connectorFromEnvironment, hasConnector } from '../functions/dispatcher/environment-connector.ts';
import { checkConnector, type ParsedConnector } from '../shared/config/connector-keys.ts';
import type { RawConfig } from '../shared/config/parse.ts';
import { unresolvedSecrets } from '../shared/config/secret.ts';
import { ConfigError, type ConfigProblem } from '../shared/errors.ts';
import type { Logger } from '../shared/logger.ts';
import type { SinkDefinition } from '../shared/sink.ts';
import { sinkOf } from './commands/validate.ts';
import { readConnectorFile } from './connector-file.ts';
import { processSecrets } from './secret-resolver.ts';
import { SINKS } from './sinks.ts';

/** A checked connector and the sink it goes to. */
export interface LoadedConnector {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
  /** As its file gives it. */
  readonly raw: RawConfig;
  /** Of its file: where relative paths in it start. */
  readonly folder: string;
}

/** Reads and checks `paths`; warnings are logged.
 *  @throws ConfigError with the problems of every file, each under `file: key` */
export function loadConnectors(paths: readonly string[], logger: Logger): LoadedConnector[] {
  const problems: ConfigProblem[] = [];
  const loaded: LoadedConnector[] = [];
  for (const path of paths) {
    try {
      loaded.push(load(path, logger));
    } catch (thrown) {
      if (!(thrown instanceof ConfigError)) throw thrown;
      problems.push(...thrown.problems.map(({ key, message }) => ({ key: `${path}: ${key}`, message })));
    }
  }
  const names = loaded.map(({ parsed }) => parsed.connector.name);
  for (const name of new Set(names.filter((name, index) => names.indexOf(name) !== index))) {
    problems.push({ key: 'name', message: `${name} is given by more than one file; every connector needs its own` });
  }
  const groups = loaded.map(({ parsed }) => parsed.connector['consumer.group.id']);
  for (const group of new Set(groups.filter((group, index) => groups.indexOf(group) !== index))) {
    const message = `${group} is the group of more than one connector: each would get a part of the records; give each its own`;
    problems.push({ key: 'consumer.group.id', message });
  }
  if (problems.length > 0) throw new ConfigError(problems, 'connectors');
  return loaded;
}

/** The connector of environment variables; warnings are logged.
 *  @throws ConfigError with every problem, also when no variable names one */
export function loadConnectorOfEnvironment(logger: Logger): LoadedConnector {
  if (!hasConnector(process.env)) {
    const message =
      'give one or more, or describe one connector by environment variables: CONNECTOR_CLASS, NAME, TOPICS and so on';
    throw new ConfigError([{ key: 'connector-file', message }], 'run');
  }
  const connector = connectorFromEnvironment(process.env, SINKS, processSecrets);
  for (const { key, message } of connector.parsed.warnings) {
    logger.warn({ key, problem: message }, 'configuration warning');
  }
  return { ...connector, folder: process.cwd() };
}

function load(path: string, logger: Logger): LoadedConnector {
  const raw = readConnectorFile(path);
  const definition = sinkOf(raw, SINKS);
  const { parsed, problems, warnings, values } = checkConnector(definition, raw);
  const all = [...problems, ...unresolvedSecrets(values, processSecrets)];
  if (parsed === undefined || all.length > 0) throw new ConfigError(all);
  for (const { key, message } of warnings) logger.warn({ file: path, key, problem: message }, 'configuration warning');
  return { definition, parsed, raw, folder: dirname(resolve(path)) };
}
