/** The keys that all connectors share, with the defaults of one sink, and the parsing of a connector's whole configuration. */
import { ConfigError, type ConfigProblem } from '../errors.ts';
import type { SinkDefinition } from '../sink.ts';
import { connectorChecks } from './connector/checks.ts';
import { deliveryChecks, deliveryKeys } from './connector/delivery-keys.ts';
import { failureKeys } from './connector/failure-keys.ts';
import { fcKeys } from './connector/fc-keys.ts';
import { invokeKeys } from './connector/invoke-keys.ts';
import { overrideKeys } from './connector/override-keys.ts';
import { recordKeys } from './connector/record-keys.ts';
import { sourceKeys } from './connector/source-keys.ts';
import { defineKey } from './define-key.ts';
import type { ConfigOf, CrossCheck, KeyDefinitions } from './definition.ts';
import { checkConfig, type RawConfig } from './parse.ts';

/** Shared keys of a connector to `sink`. To be parsed together with the sink's own keys: `parseConnector` does. */
export function connectorKeys<K extends KeyDefinitions>(sink: SinkDefinition<K>) {
  return {
    ...sourceKeys(sink.connectorClass),
    ...failureKeys,
    ...deliveryKeys(sink.exactlyOnce),
    ...invokeKeys(sink.defaults),
    ...fcKeys,
    ...recordKeys(sink),
    ...overrideKeys,
    'resources.create': defineKey.enum(['auto', 'manual'], {
      group: 'Resources',
      importance: 'MEDIUM',
      displayName: 'Create resources',
      consoleName: '创建资源方式',
      default: 'auto',
      doc: 'Whether missing error topics are created (`auto`), or the connector says what is missing and does not start (`manual`).',
    }),
  };
}

export type ConnectorKeys = ReturnType<typeof connectorKeys>;
/** What all connectors share, parsed: `connector['batch.size']`. */
export type ConnectorConfig = ConfigOf<ConnectorKeys>;

export interface ParsedConnector<K extends KeyDefinitions = KeyDefinitions> {
  readonly connector: ConnectorConfig;
  /** The sink's own keys. */
  readonly sink: ConfigOf<K>;
  /** Unknown keys, secrets in clear. */
  readonly warnings: readonly ConfigProblem[];
}

export interface CheckedConnector<K extends KeyDefinitions = KeyDefinitions> {
  /** There when `problems` is empty. */
  readonly parsed: ParsedConnector<K> | undefined;
  /** Every key that parsed, whatever became of the others. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  readonly warnings: readonly ConfigProblem[];
}

/** Parses a connector to `sink`, shared keys and the sink's own at once. Throws nothing: problems come back as a list. */
export function checkConnector<K extends KeyDefinitions>(sink: SinkDefinition<K>, raw: RawConfig): CheckedConnector<K> {
  const shared = connectorKeys(sink);
  const all = { ...shared, ...sink.keys };
  const definitions: KeyDefinitions = all;
  // Every check asks only for keys it declares, and all of them are in `all`.
  const checks = [
    ...connectorChecks(shared, sink.userFunction),
    ...deliveryChecks(sink.exactlyOnce),
    ...sink.checks,
    ...(sink.connectorChecks?.(all) ?? []),
  ] as readonly CrossCheck<ConfigOf<KeyDefinitions>>[];
  const { config, values, problems, warnings } = checkConfig(definitions, checks, raw);
  if (config === undefined) return { parsed: undefined, values, problems, warnings };
  const parsed = {
    connector: pick(config, shared) as ConnectorConfig,
    sink: pick(config, sink.keys) as ConfigOf<K>,
    warnings,
  };
  return { parsed, values, problems, warnings };
}

/** As `checkConnector`, for callers that cannot go on with a problem.
 *  @throws ConfigError with every problem of shared keys and sink keys */
export function parseConnector<K extends KeyDefinitions>(sink: SinkDefinition<K>, raw: RawConfig): ParsedConnector<K> {
  const { parsed, problems } = checkConnector(sink, raw);
  if (parsed === undefined) throw new ConfigError(problems, 'connector');
  return parsed;
}

function pick(config: RawConfig, keys: KeyDefinitions): RawConfig {
  return Object.fromEntries(Object.keys(keys).map((key) => [key, config[key]]));
}
