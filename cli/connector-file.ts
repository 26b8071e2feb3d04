/** Connector files: flat keys and values, or `{"name": ..., "config": {...}}` as Kafka Connect's REST API takes it. */
import type { RawConfig } from '../shared/config/parse.ts';
import { ConfigError } from '../shared/errors.ts';
import { flatConfig, readEntries } from './config-file.ts';

/** Raw keys and values of a connector file, not yet checked against any definition.
 *  @throws ConfigError: the file cannot be read or parsed (key is its path), a key is doubled, a value is nested, or the two
 *  forms are mixed */
export function readConnectorFile(path: string): RawConfig {
  const entries = readEntries(path);
  const wrapped = entries.filter(({ key, value }) => key === 'config' && value.kind === 'map');
  if (wrapped.length === 0) return flatConfig(path, entries);
  const outside = flatConfig(
    path,
    entries.filter((entry) => !wrapped.includes(entry)),
  );
  const config = flatConfig(
    path,
    wrapped.flatMap(({ value }) => (value.kind === 'map' ? value.entries : [])),
  );
  const strangers = Object.keys(outside).filter((key) => key !== 'name');
  const problems = strangers.map((key) => ({
    key,
    message: 'stands beside config; only name does, move it into config',
  }));
  const name = outside['name'] ?? config['name'];
  if (config['name'] !== undefined && config['name'] !== name) {
    problems.push({ key: 'name', message: `is ${name} outside config and ${config['name']} inside it; keep one` });
  }
  if (problems.length > 0) throw new ConfigError(problems, path);
  return { ...config, ...(name === undefined ? {} : { name }) };
}
