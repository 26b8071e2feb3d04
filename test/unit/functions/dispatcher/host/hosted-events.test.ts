import { describe, expect, it } from 'vitest';
import type { HostedEvent } from '../../../../../functions/dispatcher/host/hosted.ts';
import { EventsToHost, hostedTask } from '../../../../../functions/dispatcher/host/hosted-events.ts';
import type { ErrantRecord } from '../../../../../shared/errant.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import { blockAt } from '../../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const failure = { code: 'X', message: 'no', trace: 'FatalError: no' };
const AT = 1_700_000_000_000;

function setUp() {
  const told: string[] = [];
  const events: HostedEvent[] = [];
  const toHost = new EventsToHost(
    {
      task: ({ id, state }) => told.push(`${id} ${state}`),
      topic: (task, topic) => told.push(`${task} reads ${topic}`),
      event: (event) => {
        events.push(event);
        told.push(`event ${event.message}`);
      },
    },
    new ManualClock(AT),
  );
  return { toHost, told, events };
}

describe('hostedTask', () => {
  it.each([
    ['starting', { state: 'stopped' }],
    ['starting', { state: 'starting' }],
    ['running', { state: 'running' }],
    ['paused', { state: 'paused' }],
    ['failed', { state: 'failed', failure }],
    ['restarting', { state: 'failed', failure, restart: { attempt: 1, atMs: 5 } }],
  ] as const)('is %s where the task is %j', (state, status) => {
    expect(hostedTask({ id: 2, ...status })).toEqual({ id: 2, state, ...('failure' in status && { failure }) });
  });
});

describe('EventsToHost', () => {
  it('tells a state once, in order with what else happens, and not from within the call', async () => {
    const { toHost, told } = setUp();
    toHost.task({ id: 0, state: 'stopped' });
    toHost.task({ id: 0, state: 'starting' });
    toHost.topic(0, 'orders');
    toHost.task({ id: 0, state: 'running' });
    expect(told).toEqual([]);
    await settle();
    expect(told).toEqual([
      'event the task is starting',
      '0 starting',
      '0 reads orders',
      'event the task is running',
      '0 running',
    ]);
  });

  it('tells a new reason of the same state, and all of a task that comes again', async () => {
    const { toHost, told } = setUp();
    toHost.task({ id: 0, state: 'failed', failure });
    toHost.task({ id: 0, state: 'failed', failure });
    toHost.task({ id: 0, state: 'failed', failure: { ...failure, message: 'still no' } });
    toHost.forget(0);
    toHost.task({ id: 0, state: 'failed', failure });
    await settle();
    expect(told).toEqual(['event the task is failed', '0 failed', '0 failed', 'event the task is failed', '0 failed']);
  });

  it('tells a failure with the coordinates that it has, and when the task is started again', async () => {
    const { toHost, events } = setUp();
    const context = { connector: 'c', topic: 'orders', partition: 1, offset: 7 };
    toHost.failed(3, new FatalError('X', 'no', { context }), { attempt: 2, atMs: AT + 5_000 });
    toHost.failed(3, new FatalError('Y', 'never'), undefined);
    await settle();
    expect(events).toEqual([
      { at: AT, kind: 'error', task: 3, code: 'X', message: 'no', topic: 'orders', partition: 1, offset: 7 },
      {
        at: AT,
        kind: 'restart',
        task: 3,
        code: 'X',
        message: 'the task is started again by itself at 2023-11-14T22:13:25.000Z, attempt 2',
      },
      { at: AT, kind: 'error', task: 3, code: 'Y', message: 'never' },
    ]);
  });

  it('tells errant records by code and coordinates, never in the words of a target, and the many of a batch as one', async () => {
    const { toHost, events } = setUp();
    const block = blockAt(Array.from({ length: 25 }, (_, offset) => offset));
    const reason = { stage: 'TASK_PUT', code: 'MAPPING', message: 'cannot parse "secret"', errorClass: 'E' } as const;
    const records: ErrantRecord[] = Array.from({ length: 25 }, (_, index) => ({ block, index, reason }));
    toHost.errant(0, records.slice(0, 1));
    toHost.errant(0, records);
    await settle();
    const at = { kind: 'errant-record', task: 0, code: 'MAPPING', topic: 'orders', partition: 0 };
    expect(events).toHaveLength(22);
    expect(events[0]).toMatchObject({ ...at, offset: 0, message: 'the record went to the error topic' });
    expect(events[20]).toMatchObject({ ...at, offset: 19 });
    expect(events[21]).toMatchObject({ ...at, offset: 24, count: 5 });
    expect(JSON.stringify(events)).not.toContain('secret');
  });

  it('tells stops and gaps', async () => {
    const { toHost, events } = setUp();
    const tp = { topic: 'orders', partition: 4 };
    toHost.stopped(0, tp, { offset: 9, code: 'X' });
    toHost.gap(1, tp, 10, 15);
    await settle();
    expect(events).toMatchObject([
      { kind: 'partition-stopped', task: 0, code: 'X', ...tp, offset: 9 },
      { kind: 'gap', task: 1, ...tp, offset: 10, message: expect.stringContaining('5 offsets') },
    ]);
  });
});
