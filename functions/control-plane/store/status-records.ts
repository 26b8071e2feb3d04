/** Records of the status topic: Kafka Connect's own keys and values, and ours for what workers tell of a connector.
 *  Source: `KafkaStatusBackingStore` of apache/kafka 4.3 */
import type { RunState, Status } from '../status-board.ts';
import { isObject, jsonObject, keyText } from './stored-json.ts';

const CONNECTOR = 'status-connector-';
const TASK = 'status-task-';
const TOPIC = 'status-topic-';
const TOPIC_OF = ':connector-';
const ACTIVITY = 'spillway-activity-';
/** Far above what rebalances come to, and far below where counting on from it goes wrong: what is above was not written by a worker. */
const MAX_GENERATION = 2 ** 50;
const STATES: readonly RunState[] = ['UNASSIGNED', 'RUNNING', 'PAUSED', 'STOPPED', 'FAILED', 'RESTARTING', 'DESTROYED'];

/** What a key is about. */
export type StatusKey =
  | { readonly kind: 'connector'; readonly connector: string }
  | { readonly kind: 'task'; readonly connector: string; readonly task: number }
  | { readonly kind: 'topic'; readonly connector: string; readonly topic: string }
  | { readonly kind: 'activity'; readonly connector: string; readonly workerId: string };

/** What a record says, without what deletes. */
export type StatusEntry =
  | { readonly kind: 'status'; readonly status: Status }
  /** `at`: when it was first read, epoch ms. */
  | { readonly kind: 'topic'; readonly task: number; readonly at: number }
  | { readonly kind: 'activity'; readonly activity: unknown };

export function statusKeyText(key: StatusKey): string {
  switch (key.kind) {
    case 'connector':
      return `${CONNECTOR}${key.connector}`;
    case 'task':
      return `${TASK}${key.connector}-${key.task}`;
    case 'topic':
      return `${TOPIC}${key.topic}${TOPIC_OF}${key.connector}`;
    case 'activity':
      return `${ACTIVITY}${key.connector}:${key.workerId}`;
    default:
      return key satisfies never;
  }
}

/** `undefined` for what is no key of ours or of Kafka Connect. */
export function readStatusKey(bytes: Buffer | null): StatusKey | undefined {
  const key = bytes === null ? '' : (keyText(bytes) ?? '');
  if (key.startsWith(CONNECTOR)) return { kind: 'connector', connector: key.slice(CONNECTOR.length) };
  if (key.startsWith(TASK)) {
    const [, connector, task] = /^(.+)-(\d+)$/s.exec(key.slice(TASK.length)) ?? [];
    return connector === undefined ? undefined : { kind: 'task', connector, task: Number(task) };
  }
  if (key.startsWith(TOPIC)) {
    // No topic has a colon.
    const [, topic, connector] = /^([^:]+):connector-(.+)$/s.exec(key.slice(TOPIC.length)) ?? [];
    return topic === undefined || connector === undefined ? undefined : { kind: 'topic', connector, topic };
  }
  if (!key.startsWith(ACTIVITY)) return undefined;
  // No connector of ours has a colon; workers have one.
  const [, connector, workerId] = /^([^:]+):(.+)$/s.exec(key.slice(ACTIVITY.length)) ?? [];
  return connector === undefined || workerId === undefined ? undefined : { kind: 'activity', connector, workerId };
}

/** `undefined` for a value that is not as it should be. */
export function readStatusValue(kind: StatusKey['kind'], bytes: Buffer): StatusEntry | undefined {
  const value = jsonObject(bytes);
  if (value === undefined) return undefined;
  switch (kind) {
    case 'connector':
    case 'task':
      return readStatus(value);
    case 'topic':
      return readTopic(value['topic']);
    case 'activity':
      return 'activity' in value ? { kind: 'activity', activity: value['activity'] } : undefined;
    default:
      return kind satisfies never;
  }
}

function readStatus(value: Readonly<Record<string, unknown>>): StatusEntry | undefined {
  const state = STATES.find((one) => one === value['state']);
  const { worker_id: workerId, generation, version, trace } = value;
  if (state === undefined || typeof workerId !== 'string' || !isGeneration(generation)) return undefined;
  return {
    kind: 'status',
    status: {
      state,
      workerId,
      generation,
      version: typeof version === 'string' ? version : 'unknown',
      ...(typeof trace === 'string' && { trace }),
    },
  };
}

function isGeneration(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_GENERATION;
}

function readTopic(value: unknown): StatusEntry | undefined {
  if (!isObject(value)) return undefined;
  const { task, discoverTimestamp: at } = value;
  return { kind: 'topic', task: typeof task === 'number' ? task : 0, at: typeof at === 'number' ? at : 0 };
}

/** Value of a record with this key. */
export function statusValueOf(key: StatusKey, entry: StatusEntry): object {
  switch (entry.kind) {
    case 'status': {
      const { state, workerId, generation, version, trace } = entry.status;
      return { state, trace: trace ?? null, worker_id: workerId, generation, version };
    }
    case 'topic': {
      const name = key.kind === 'topic' ? key.topic : '';
      return { topic: { name, connector: key.connector, task: entry.task, discoverTimestamp: entry.at } };
    }
    case 'activity':
      return { activity: entry.activity };
    default:
      return entry satisfies never;
  }
}
