import { describe, expect, it } from 'vitest';
import type { ConfigWrite } from '../../../../../functions/control-plane/config-state.ts';
import { configRecords, readConfigRecord } from '../../../../../functions/control-plane/store/config-records.ts';

const read = (key: string | Buffer | null, value: string | null) =>
  readConfigRecord(key === null ? null : Buffer.from(key), value === null ? null : Buffer.from(value));

describe('records of the config topic', () => {
  it('are those of Kafka Connect', () => {
    const written = (write: ConfigWrite) =>
      configRecords(write).map(({ key, value }) => `${key} ${JSON.stringify(value)}`);
    expect(written({ write: 'connector', name: 'a', config: { topics: 't' } })).toEqual([
      'connector-a {"properties":{"topics":"t"}}',
    ]);
    expect(written({ write: 'target', name: 'a', target: 'PAUSED' })).toEqual([
      'target-state-a {"state":"PAUSED","state.v2":"PAUSED"}',
    ]);
    expect(written({ write: 'target', name: 'a', target: 'STOPPED' })).toEqual([
      'target-state-a {"state":"PAUSED","state.v2":"STOPPED"}',
    ]);
    expect(written({ write: 'delete', name: 'a' })).toEqual(['connector-a null', 'target-state-a null']);
    expect(written({ write: 'logger', name: 'root', level: 'DEBUG' })).toEqual([
      'logger-cluster-root {"level":"DEBUG"}',
    ]);
    expect(
      written({ write: 'order', order: { order: 'restart', connector: 'a', includeTasks: true, onlyFailed: false } }),
    ).toEqual(['restart-connector-a {"include-tasks":true,"only-failed":false}']);
  });

  it('are read as they were written', () => {
    const writes: ConfigWrite[] = [
      { write: 'connector', name: 'a-1', config: { topics: 't', empty: '' } },
      { write: 'target', name: 'a-1', target: 'STOPPED' },
      { write: 'delete', name: 'a-1' },
      { write: 'logger', name: 'spillway.kafka', level: 'TRACE' },
      { write: 'order', order: { order: 'restart-task', connector: 'a-1', task: 12 } },
      { write: 'order', order: { order: 'resume', connector: 'a-1' } },
    ];
    const found = writes
      .flatMap(configRecords)
      .map(({ key, value }) => read(key, value === null ? null : JSON.stringify(value)));
    expect(found).toEqual([
      { kind: 'connector', name: 'a-1', config: { topics: 't', empty: '' } },
      { kind: 'target', name: 'a-1', target: 'STOPPED' },
      { kind: 'connector', name: 'a-1', config: null },
      { kind: 'target', name: 'a-1', target: null },
      { kind: 'logger', name: 'spillway.kafka', level: 'TRACE' },
      { kind: 'order', order: { order: 'restart-task', connector: 'a-1', task: 12 } },
      { kind: 'order', order: { order: 'resume', connector: 'a-1' } },
    ]);
  });

  it('of workers that know no STOPPED are read, and keys that mean nothing here are let be', () => {
    expect(read('target-state-a', '{"state":"PAUSED"}')).toEqual({ kind: 'target', name: 'a', target: 'PAUSED' });
    for (const key of ['task-a-0', 'commit-a', 'session-key', 'tasks-fencing-a'])
      expect(read(key, '{"x":1}')).toEqual({ kind: 'unused' });
    expect(read('restart-connector-a', null)).toEqual({ kind: 'unused' });
  });

  it.each([
    [null, '{}'],
    [Buffer.from([0xff, 0xfe]), '{}'],
    ['', '{}'],
    ['something', '{}'],
    ['connector-', '{"properties":{}}'],
    ['connector-a', 'not JSON'],
    ['connector-a', '\u0000\u0001'],
    ['connector-a', '{}'],
    ['connector-a', '[]'],
    ['connector-a', 'null'],
    ['connector-a', '{"properties":[]}'],
    ['connector-a', '{"properties":{"batch.size":20}}'],
    ['target-state-a', '{"state":"FLYING"}'],
    ['target-state-a', '{"state":"PAUSED","state.v2":"FLYING"}'],
    ['logger-cluster-root', '{"level":3}'],
    ['restart-connector-a', '{"include-tasks":"yes"}'],
    ['spillway-restart-task-a', '{}'],
    ['spillway-restart-task-1', '{}'],
  ])('that are not as they should be say why: %s %s', (key, value) => {
    expect(read(key, value)).toMatchObject({ kind: 'unreadable', why: expect.stringMatching(/\w/) });
  });

  it('that are garbage say what they hide; those of a shape that a newer version may know do not', () => {
    expect(read('connector-a', 'garbage')).toMatchObject({ hides: { kind: 'connector', name: 'a' } });
    expect(read('target-state-a', '\u0000')).toMatchObject({ hides: { kind: 'target', name: 'a' } });
    expect(read('target-state-a', '{"state":"FLYING"}')).not.toHaveProperty('hides');
    expect(read('garbage', 'garbage')).not.toHaveProperty('hides');
  });
});
