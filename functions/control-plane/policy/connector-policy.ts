/** What connectors may reach that come over REST or out of the config topic, as a worker's settings say it. */
import type { WorkerConfig } from '../../../shared/config/worker-keys.ts';
import { type TargetRules, targetRules } from './target-rules.ts';

export interface ConnectorPolicy {
  /** Names of environment variables that secret keys may refer to; `*` stands for any characters. */
  readonly variables: readonly string[];
  /** Absolute paths of folders that secrets and PEM files may be in. */
  readonly secretFolders: readonly string[];
  /** Absolute paths of folders that `invoke.module` may name files of. */
  readonly moduleFolders: readonly string[];
  readonly targets: TargetRules;
  /** Names behind `consumer.override.`. */
  readonly overrides: ReadonlySet<string>;
  /** The path with all links followed; throws as `fs.realpathSync` does. */
  readonly realPath: (path: string) => string;
}

/** That of a worker. */
export function connectorPolicy(worker: WorkerConfig, realPath: (path: string) => string): ConnectorPolicy {
  return {
    variables: worker['connector.secret.variables'],
    secretFolders: worker['connector.secret.folders'] ?? [],
    moduleFolders: worker['connector.module.folders'] ?? [],
    targets: targetRules(worker['connector.target.hosts']),
    overrides: new Set(worker['connector.client.config.override.allowlist']),
    realPath,
  };
}
