/** Groups and topics that a connector may not use: the workers keep them for themselves, or another connector has them. Pure. */
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import type { ConfigProblem } from '../../../shared/errors.ts';
import type { ConfigState, StoredConfig } from '../config-state.ts';

/** What the workers keep for themselves. */
export interface Reserved {
  readonly groupId: string;
  readonly internalTopics: readonly string[];
}

/** A connector in the workers' group would keep it from ever settling. One that writes errant records to the config topic would let whoever
 *  writes its source topic make connectors. */
export function reservedProblems(
  config: ConnectorConfig,
  { groupId, internalTopics }: Reserved,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (config['consumer.group.id'] === groupId) {
    const message = `${groupId} is the group of the workers themselves; choose another one`;
    problems.push({ key: 'consumer.group.id', message });
  }
  for (const key of ['errors.deadletterqueue.topic.name', 'runtime.error.topic.name'] as const) {
    if (!internalTopics.includes(config[key])) continue;
    problems.push({ key, message: `${config[key]} is a topic of the workers themselves; choose another one` });
  }
  const pattern = config['topics.regex'];
  const read = internalTopics.filter(
    (topic) => config.topics?.includes(topic) === true || pattern?.test(topic) === true,
  );
  if (read.length > 0) {
    const key = pattern === undefined ? 'topics' : 'topics.regex';
    problems.push({
      key,
      message: `would read ${read.join(', ')}, which the workers keep for themselves; leave it out`,
    });
  }
  return problems;
}

/** Group of a stored connector, whether or not the rest of its configuration is valid. */
export function groupOf(name: string, config: StoredConfig): string {
  return config['consumer.group.id'] ?? `connect-${name}`;
}

/** Two connectors in one group take each other's partitions and overwrite each other's offsets. */
export function sharedGroupProblems(name: string, config: StoredConfig, state: ConfigState): readonly ConfigProblem[] {
  const groupId = groupOf(name, config);
  for (const other of state.connectors.values()) {
    if (other.name === name || groupOf(other.name, other.config) !== groupId) continue;
    const message = `${groupId} is the group of connector ${other.name}; each connector needs one of its own`;
    return [{ key: 'consumer.group.id', message }];
  }
  return [];
}
