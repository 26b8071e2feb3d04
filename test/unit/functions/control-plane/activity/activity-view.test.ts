import { describe, expect, it } from 'vitest';
import type { ActivityRecord } from '../../../../../functions/control-plane/activity/activity-record.ts';
import { eventsOf, logsOf } from '../../../../../functions/control-plane/activity/activity-view.ts';

const activities = new Map<string, ActivityRecord>([
  [
    'w1',
    {
      events: [
        { at: 10, kind: 'state', task: 0, message: 'a' },
        { at: 20, kind: 'errant-record', task: 1, message: 'b', count: 5, lastAt: 90 },
      ],
      logs: [{ at: 15, level: 'info', message: 'i', fields: '{"x":1}' }],
      redrives: [],
    },
  ],
  [
    'w2',
    {
      events: [{ at: 30, kind: 'error', task: 1, message: 'c' }],
      logs: [
        { at: 5, level: 'error', message: 'e', fields: 'no json' },
        { at: 25, level: 'warn', message: 'w' },
      ],
      redrives: [],
    },
  ],
]);

describe('eventsOf', () => {
  const messages = (wanted: Parameters<typeof eventsOf>[1]) => eventsOf(activities, wanted).map((e) => e.message);

  it('are those of all workers by the time they happened last', () => {
    expect(messages({ limit: 10 })).toEqual(['a', 'c', 'b']);
    expect(eventsOf(activities, { limit: 1 })[0]).toMatchObject({ worker: 'w1', message: 'b' });
  });

  it('are those that are wanted', () => {
    expect(messages({ limit: 10, since: 30 })).toEqual(['c', 'b']);
    expect(messages({ limit: 10, worker: 'w2' })).toEqual(['c']);
    expect(messages({ limit: 10, kind: 'state' })).toEqual(['a']);
    expect(messages({ limit: 10, task: 1 })).toEqual(['c', 'b']);
    expect(messages({ limit: 2 })).toEqual(['c', 'b']);
  });
});

describe('logsOf', () => {
  it('are lines of a level and above, with their fields as they were logged', () => {
    expect(logsOf(activities, { limit: 10, level: 'warn' }).map((l) => l.message)).toEqual(['e', 'w']);
    expect(logsOf(activities, { limit: 10, level: 'info' })).toEqual([
      { worker: 'w2', at: 5, level: 'error', message: 'e', fields: 'no json' },
      { worker: 'w1', at: 15, level: 'info', message: 'i', fields: { x: 1 } },
      { worker: 'w2', at: 25, level: 'warn', message: 'w' },
    ]);
  });
});
