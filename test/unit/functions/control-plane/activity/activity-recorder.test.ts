import { describe, expect, it } from 'vitest';
import { readActivity } from '../../../../../functions/control-plane/activity/activity-record.ts';
import { ActivityRecorder } from '../../../../../functions/control-plane/activity/activity-recorder.ts';
import type { RedriveState } from '../../../../../functions/control-plane/activity/redrive-state.ts';
import type { ConnectorEvent } from '../../../../../functions/control-plane/connector-host.ts';
import { FakeStatusBoard } from '../../../../helpers/control-plane/fake-status-board.ts';
import { ManualClock } from '../../../../helpers/manual-clock.ts';

const SELF = 'w1:8083';
const RUNNING: RedriveState = {
  id: 'r1',
  state: 'running',
  startedAt: 1,
  to: 'topic',
  progress: { done: 1, total: 9, sent: 1 },
};

function setUp(board = new CountingBoard(), workerId = SELF) {
  const clock = new ManualClock();
  return {
    board,
    clock,
    recorder: new ActivityRecorder({ board, workerId, exists: (name) => name !== 'gone', clock }),
  };
}

class CountingBoard extends FakeStatusBoard {
  readonly puts: { readonly at: string; readonly bytes: number }[] = [];

  override putActivity(name: string, workerId: string, activity: unknown): void {
    this.puts.push({ at: name, bytes: Buffer.byteLength(JSON.stringify(activity)) });
    super.putActivity(name, workerId, activity);
  }
}

function errant(at: number, offset: number, partition = 0): ConnectorEvent {
  return {
    at,
    kind: 'errant-record',
    code: 'BAD',
    task: 0,
    topic: 'orders',
    partition,
    offset,
    message: 'refused',
  };
}

describe('ActivityRecorder', () => {
  it('tells at once what happened here, and puts it on the board a little later', async () => {
    const { board, clock, recorder } = setUp();
    recorder.event('c1', { at: 5, kind: 'state', task: 0, message: 'running' });
    expect(recorder.of('c1').get(SELF)?.events).toEqual([{ at: 5, kind: 'state', task: 0, message: 'running' }]);
    expect(board.puts).toEqual([]);
    await clock.advance(250);
    expect(readActivity(board.activities('c1').get(SELF)).events).toHaveLength(1);
  });

  it('writes nothing, and waits for nothing, while nothing happens', async () => {
    const { board, clock, recorder } = setUp();
    recorder.event('c1', { at: 5, kind: 'state', message: 'running' });
    await clock.advance(3_600_000);
    expect(board.puts).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('puts no more than 4 KiB a second of a connector however much happens', async () => {
    const { board, clock, recorder } = setUp();
    for (let second = 0; second < 120; second++) {
      for (let n = 0; n < 20; n++) {
        recorder.event('c1', { at: clock.now(), kind: 'state', message: `${second}/${n} ${'x'.repeat(400)}` });
        recorder.log('c1', { at: clock.now(), level: 'info', message: 'y'.repeat(400) });
      }
      await clock.advance(1_000);
    }
    const bytes = board.puts.reduce((sum, put) => sum + put.bytes, 0);
    expect(bytes).toBeGreaterThan(200_000);
    expect(bytes / 120).toBeLessThan(5 * 1024);
    expect(Math.max(...board.puts.map((put) => put.bytes))).toBeLessThan(64 * 1024);
  });

  it('counts repeats of an event instead of listing them', () => {
    const { clock, recorder } = setUp();
    const at = clock.now();
    for (let n = 0; n < 1_000; n++) recorder.event('c1', errant(at + n, 100 + n, n % 2));
    expect(recorder.of('c1').get(SELF)?.events).toEqual(
      [0, 1].map((partition) => ({
        ...errant(at + partition, 100 + partition, partition),
        count: 500,
        lastAt: at + 998 + partition,
        lastOffset: 1_098 + partition,
      })),
    );
    recorder.event('c1', { ...errant(at + 2_000, 5_000), count: 20 });
    expect(recorder.of('c1').get(SELF)?.events[0]).toMatchObject({ count: 520, lastOffset: 5_000 });
    // A minute later it is news again.
    recorder.event('c1', errant(at + 70_000, 9_000));
    expect(recorder.of('c1').get(SELF)?.events).toHaveLength(3);
  });

  it('lists every change of state', () => {
    const { recorder } = setUp();
    for (const at of [1, 2, 3]) recorder.event('c1', { at, kind: 'state', task: 0, message: 'running' });
    expect(recorder.of('c1').get(SELF)?.events).toHaveLength(3);
  });

  it('tells what other workers said, and not what it does not understand of it', () => {
    const { board, recorder } = setUp();
    const said = { events: [{ at: 1, kind: 'state', message: 'm' }, { at: 'x' }, 7], logs: [], redrives: [{ id: 4 }] };
    board.putActivity('c1', 'w2:8083', said);
    board.putActivity('c1', 'w3:8083', 'garbage');
    expect(Object.fromEntries(recorder.of('c1'))).toEqual({
      'w2:8083': { events: [{ at: 1, kind: 'state', message: 'm' }], logs: [], redrives: [] },
      'w3:8083': { events: [], logs: [], redrives: [] },
    });
  });

  it('goes on after a restart with what it said before', async () => {
    const { board, clock, recorder } = setUp();
    recorder.event('c1', { at: 1, kind: 'state', message: 'before' });
    await clock.advance(1_000);
    const again = setUp(board).recorder;
    again.event('c1', { at: 2, kind: 'state', message: 'after' });
    expect(
      again
        .of('c1')
        .get(SELF)
        ?.events.map(({ message }) => message),
    ).toEqual(['before', 'after']);
  });

  it('says of redrives that its predecessor was doing that they were interrupted', async () => {
    const { board, clock, recorder } = setUp();
    recorder.redrive('c1', RUNNING);
    recorder.redrive('c1', { ...RUNNING, id: 'r2', state: 'done' });
    await clock.advance(1_000);
    const other = setUp(board, 'w2:8083').recorder;
    other.tellInterrupted(['c1', 'c2']);
    expect(
      other
        .of('c1')
        .get(SELF)
        ?.redrives.map(({ state }) => state),
    ).toEqual(['running', 'done']);
    const again = setUp(board);
    again.recorder.tellInterrupted(['c1', 'c2']);
    await again.clock.advance(1_000);
    const states = readActivity(board.activities('c1').get(SELF)).redrives.map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states)).toEqual({ r1: 'interrupted', r2: 'done' });
  });

  it('puts the rest when it closes, and nothing afterwards', async () => {
    const { board, clock, recorder } = setUp();
    recorder.event('c1', { at: 1, kind: 'state', message: 'last' });
    recorder.close();
    expect(board.puts).toHaveLength(1);
    recorder.event('c1', { at: 2, kind: 'state', message: 'too late' });
    await clock.advance(60_000);
    expect(board.puts).toHaveLength(1);
  });

  it('keeps what the last eight workers said, however many there were', async () => {
    const { board, clock, recorder } = setUp();
    for (let n = 0; n < 15; n++) {
      const events = [{ at: 1_000 - n, kind: 'state', message: 'm' }];
      board.putActivity('c1', `pod-${n}:8083`, { events, logs: [], redrives: [] });
    }
    recorder.event('c1', { at: 1, kind: 'state', message: 'm' });
    await clock.advance(1_000);
    const left = Array.from({ length: 7 }, (_, n) => `pod-${n}:8083`);
    expect([...board.activities('c1').keys()].sort()).toEqual([...left, SELF].sort());
  });

  it('forgets a connector that is gone', async () => {
    const { board, clock, recorder } = setUp();
    recorder.event('c1', { at: 1, kind: 'state', message: 'm' });
    recorder.forget('c1');
    await clock.advance(60_000);
    expect(board.puts).toEqual([]);
    expect(recorder.of('c1').size).toBe(0);
    // Its tasks may still be on their way down.
    recorder.event('gone', { at: 1, kind: 'state', message: 'm' });
    await clock.advance(60_000);
    expect([board.puts, recorder.of('gone').size]).toEqual([[], 0]);
  });
});
