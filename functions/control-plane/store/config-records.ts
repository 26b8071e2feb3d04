/** Records of the config topic: Kafka Connect's own keys and values, and a few of ours beside them.
 *  Source: `KafkaConfigBackingStore` of apache/kafka 4.3 */
import type { ConfigOrder, ConfigWrite, StoredConfig, TargetState } from '../config-state.ts';
import { isObject, jsonObject, keyText } from './stored-json.ts';

const CONNECTOR = 'connector-';
const TARGET = 'target-state-';
const RESTART = 'restart-connector-';
const LOGGER = 'logger-cluster-';
const RESTART_TASK = 'spillway-restart-task-';
const RESUME = 'spillway-resume-';
/** Keys of Kafka Connect that mean nothing here: task configurations, and what its workers agree on among themselves. */
const OF_CONNECT = /^(?:task|commit|tasks-fencing)-|^session-key$/;
const TARGETS: readonly TargetState[] = ['STARTED', 'PAUSED', 'STOPPED'];

/** What a record says. `null` values delete. */
export type ConfigRecord =
  | { readonly kind: 'connector'; readonly name: string; readonly config: StoredConfig | null }
  | { readonly kind: 'target'; readonly name: string; readonly target: TargetState | null }
  | { readonly kind: 'logger'; readonly name: string; readonly level: string | null }
  | { readonly kind: 'order'; readonly order: ConfigOrder }
  /** Kafka Connect's, and nothing to us. */
  | { readonly kind: 'unused' }
  /** Neither ours nor Connect's, or not as it should be. `hides`: what its key is about and its value, no JSON at all, says nothing of. */
  | { readonly kind: 'unreadable'; readonly why: string; readonly hides?: Hidden };

/** Something that records before one that is garbage said, and that compaction takes away for it. */
export interface Hidden {
  readonly kind: 'connector' | 'target' | 'logger';
  readonly name: string;
}

/** A record to write. */
export interface StoredRecord {
  readonly key: string;
  /** `null` deletes. */
  readonly value: object | null;
}

/** Reads one record; never throws. */
export function readConfigRecord(keyBytes: Buffer | null, value: Buffer | null): ConfigRecord {
  const key = keyBytes === null ? undefined : keyText(keyBytes);
  if (key === undefined) return unreadable('a key that is text was expected');
  // The longer prefixes first: a connector may be called whatever a prefix ends with.
  if (key.startsWith(RESTART)) return restartOf(key.slice(RESTART.length), value);
  if (key.startsWith(RESTART_TASK)) return restartTaskOf(key.slice(RESTART_TASK.length), value);
  if (key.startsWith(RESUME)) return orderOf({ order: 'resume', connector: key.slice(RESUME.length) }, value);
  if (key.startsWith(CONNECTOR)) return connectorOf(key.slice(CONNECTOR.length), value);
  if (key.startsWith(TARGET)) return targetOf(key.slice(TARGET.length), value);
  if (key.startsWith(LOGGER)) return loggerOf(key.slice(LOGGER.length), value);
  return OF_CONNECT.test(key) ? { kind: 'unused' } : unreadable('no such key is known');
}

/** Records of a change, in the order to write them. */
export function configRecords(write: ConfigWrite): readonly StoredRecord[] {
  switch (write.write) {
    case 'connector':
      return [{ key: `${CONNECTOR}${write.name}`, value: { properties: write.config } }];
    case 'target':
      return [{ key: `${TARGET}${write.name}`, value: targetValue(write.target) }];
    case 'delete':
      return [
        { key: `${CONNECTOR}${write.name}`, value: null },
        { key: `${TARGET}${write.name}`, value: null },
      ];
    case 'logger':
      return [{ key: `${LOGGER}${write.name}`, value: { level: write.level } }];
    case 'order':
      return [orderRecord(write.order)];
    default:
      return write satisfies never;
  }
}

/** As KIP-875: a worker that knows no STOPPED reads PAUSED. */
function targetValue(target: TargetState): object {
  return { state: target === 'STOPPED' ? 'PAUSED' : target, 'state.v2': target };
}

function orderRecord(order: ConfigOrder): StoredRecord {
  switch (order.order) {
    case 'restart':
      return {
        key: `${RESTART}${order.connector}`,
        value: { 'include-tasks': order.includeTasks, 'only-failed': order.onlyFailed },
      };
    case 'restart-task':
      return { key: `${RESTART_TASK}${order.connector}-${order.task}`, value: {} };
    case 'resume':
      return { key: `${RESUME}${order.connector}`, value: {} };
    default:
      return order satisfies never;
  }
}

function unreadable(why: string): ConfigRecord {
  return { kind: 'unreadable', why };
}

function garbage(hides: Hidden): ConfigRecord {
  return { kind: 'unreadable', why: 'a JSON object was expected', hides };
}

function connectorOf(name: string, value: Buffer | null): ConfigRecord {
  if (name === '') return unreadable('a connector without a name');
  if (value === null) return { kind: 'connector', name, config: null };
  const stored = jsonObject(value);
  if (stored === undefined) return garbage({ kind: 'connector', name });
  const { properties } = stored;
  if (!isObject(properties)) return unreadable('{"properties":{...}} was expected');
  const entries = Object.entries(properties).filter(([, one]) => one !== null);
  if (!entries.every((entry): entry is [string, string] => typeof entry[1] === 'string'))
    return unreadable('properties that are text were expected');
  return { kind: 'connector', name, config: Object.fromEntries(entries) };
}

function targetOf(name: string, value: Buffer | null): ConfigRecord {
  if (value === null) return { kind: 'target', name, target: null };
  const stored = jsonObject(value);
  if (stored === undefined) return garbage({ kind: 'target', name });
  const word = stored['state.v2'] ?? stored['state'];
  const target = TARGETS.find((one) => one === word);
  if (target === undefined) return unreadable(`a state of ${TARGETS.join(', ')} was expected`);
  return { kind: 'target', name, target };
}

function loggerOf(name: string, value: Buffer | null): ConfigRecord {
  if (value === null) return { kind: 'logger', name, level: null };
  const stored = jsonObject(value);
  if (stored === undefined) return garbage({ kind: 'logger', name });
  const { level } = stored;
  return typeof level === 'string' ? { kind: 'logger', name, level } : unreadable('{"level":"..."} was expected');
}

function restartOf(connector: string, value: Buffer | null): ConfigRecord {
  if (value === null) return { kind: 'unused' };
  const stored = jsonObject(value);
  const [includeTasks, onlyFailed] = [stored?.['include-tasks'], stored?.['only-failed']];
  if (typeof includeTasks !== 'boolean' || typeof onlyFailed !== 'boolean')
    return unreadable('{"include-tasks":true|false,"only-failed":true|false} was expected');
  return { kind: 'order', order: { order: 'restart', connector, includeTasks, onlyFailed } };
}

function restartTaskOf(rest: string, value: Buffer | null): ConfigRecord {
  const [, connector = '', task = ''] = /^(.+)-(\d+)$/.exec(rest) ?? [];
  if (connector === '') return unreadable('the number of a task was expected at the end of the key');
  return orderOf({ order: 'restart-task', connector, task: Number(task) }, value);
}

function orderOf(order: ConfigOrder, value: Buffer | null): ConfigRecord {
  return value === null ? { kind: 'unused' } : { kind: 'order', order };
}
