import { describe, expect, it } from 'vitest';
import {
  readStatusKey,
  readStatusValue,
  type StatusEntry,
  type StatusKey,
  statusKeyText,
  statusValueOf,
} from '../../../../../functions/control-plane/store/status-records.ts';

const status = {
  state: 'FAILED',
  workerId: '10.0.0.1:8083',
  generation: 7,
  version: '1.2.3',
  trace: 'Error: x',
} as const;

const CASES: readonly (readonly [text: string, key: StatusKey, entry: StatusEntry, value: string])[] = [
  [
    'status-connector-a-1',
    { kind: 'connector', connector: 'a-1' },
    { kind: 'status', status },
    '{"state":"FAILED","trace":"Error: x","worker_id":"10.0.0.1:8083","generation":7,"version":"1.2.3"}',
  ],
  [
    'status-task-a-1-12',
    { kind: 'task', connector: 'a-1', task: 12 },
    { kind: 'status', status: { state: 'RUNNING', workerId: 'w:1', generation: 1, version: '1' } },
    '{"state":"RUNNING","trace":null,"worker_id":"w:1","generation":1,"version":"1"}',
  ],
  [
    'status-topic-orders.eu:connector-a',
    { kind: 'topic', connector: 'a', topic: 'orders.eu' },
    { kind: 'topic', task: 3, at: 1_700_000_000_000 },
    '{"topic":{"name":"orders.eu","connector":"a","task":3,"discoverTimestamp":1700000000000}}',
  ],
  [
    'spillway-activity-a:10.0.0.1:8083',
    { kind: 'activity', connector: 'a', workerId: '10.0.0.1:8083' },
    { kind: 'activity', activity: { events: [] } },
    '{"activity":{"events":[]}}',
  ],
];

describe('records of the status topic', () => {
  it.each(CASES)('%s is written and read', (text, key, entry, value) => {
    expect(statusKeyText(key)).toBe(text);
    expect(readStatusKey(Buffer.from(text))).toEqual(key);
    expect(JSON.stringify(statusValueOf(key, entry))).toBe(value);
    expect(readStatusValue(key.kind, Buffer.from(value))).toEqual(entry);
  });

  it.each(['', 'x', 'status-task-a', 'status-task--1', 'status-topic-a', 'spillway-activity-a'])(
    'the key "%s" is none',
    (text) => {
      expect(readStatusKey(Buffer.from(text))).toBeUndefined();
    },
  );

  it.each([
    ['connector', 'no JSON'],
    ['connector', '{"state":"RUNNING"}'],
    ['task', '{"state":"FLYING","worker_id":"w","generation":1}'],
    ['task', '{"state":"RUNNING","worker_id":1,"generation":1}'],
    ['task', '{"state":"RUNNING","worker_id":"w","generation":1.5}'],
    ['task', '{"state":"RUNNING","worker_id":"w","generation":-1}'],
    ['connector', '{"state":"RUNNING","worker_id":"w","generation":9007199254740991}'],
    ['topic', '{}'],
    ['activity', '[]'],
  ] as const)('a %s of %s is refused', (kind, value) => {
    expect(readStatusValue(kind, Buffer.from(value))).toBeUndefined();
  });

  it('a status of an older worker has no version', () => {
    const value = '{"state":"RUNNING","trace":null,"worker_id":"w","generation":1}';
    expect(readStatusValue('task', Buffer.from(value))).toMatchObject({ status: { version: 'unknown' } });
  });
});
