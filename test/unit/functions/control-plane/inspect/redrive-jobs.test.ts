import { describe, expect, it } from 'vitest';
import type { RedriveState } from '../../../../../functions/control-plane/activity/redrive-state.ts';
import type {
  RedriveOrder,
  RedriveReport,
  RedriveRun,
} from '../../../../../functions/control-plane/inspect/inspector.ts';
import { RedriveJobs } from '../../../../../functions/control-plane/inspect/redrive-jobs.ts';
import { Refused } from '../../../../../functions/control-plane/refused.ts';
import { ConfigError, FatalError } from '../../../../../shared/errors.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { inspected } from '../../../../helpers/control-plane/inspected.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const ORDER: RedriveOrder = { filters: {}, all: true, to: 'topic', rate: 0, maxAttempts: 3, again: false };
const REPORT: RedriveReport = {
  topic: 'errors',
  complete: true,
  failed: 0,
  returned: 0,
  failures: Array.from({ length: 50 }, (_, offset) => ({ offset, message: 'm'.repeat(5_000) })),
};

/** A run that ends when it is told to. */
class FakeRun implements RedriveRun {
  progress = { done: 0, total: 10, sent: 0 };
  signals: Parameters<RedriveRun['run']>[0] | undefined;
  end: (reports: readonly RedriveReport[]) => void = () => undefined;
  fail: (error: Error) => void = () => undefined;

  async rehearse() {
    return [];
  }

  async run(signals: Parameters<RedriveRun['run']>[0]) {
    this.signals = signals;
    return await new Promise<readonly RedriveReport[]>((resolve, reject) => {
      this.end = resolve;
      this.fail = reject;
    });
  }
}

function setUp() {
  const clock = new ManualClock();
  const runs: FakeRun[] = [];
  const told: (RedriveState & { readonly connector: string })[] = [];
  let ids = 0;
  const jobs = new RedriveJobs({
    inspector: {
      redrive: () => {
        const run = new FakeRun();
        runs.push(run);
        return run;
      },
    },
    recorder: { redrive: (connector, state) => void told.push({ connector, ...state }) },
    clock,
    newId: () => `r${ids++}`,
    logger: silentLogger,
  });
  /** Begins one, and lets the wait pass. */
  const start = async (connector = 'c1') => {
    const starting = jobs.start(inspected(connector), ORDER, 'ann', 100);
    // Refused at once, where it is.
    starting.catch(() => undefined);
    await settle();
    await clock.advance(100);
    return await starting;
  };
  return { clock, runs, told, jobs, start };
}

const statusOf = async (work: Promise<unknown>) =>
  await work.then(
    () => 200,
    (thrown: unknown) => (thrown instanceof Refused ? thrown.status : thrown),
  );

describe('RedriveJobs', () => {
  it('answers when the wait is over, goes on, and tells how it goes', async () => {
    const { clock, runs, told, jobs, start } = setUp();
    expect(await start()).toMatchObject({ id: 'r0', state: 'running', by: 'ann', to: 'topic' });
    expect(runs[0]?.signals?.stop.aborted).toBe(false);
    if (runs[0] !== undefined) runs[0].progress = { done: 4, total: 10, sent: 4 };
    expect(jobs.running('r0')?.progress.done).toBe(4);
    await clock.advance(5_000);
    expect(told.map(({ state, progress }) => [state, progress.done])).toEqual([
      ['running', 0],
      ['running', 4],
    ]);
    runs[0]?.end([REPORT]);
    await settle();
    expect(told.at(-1)).toMatchObject({ connector: 'c1', state: 'done', endedAt: clock.now() });
    expect(told.at(-1)?.reports?.[0]?.['failures']).toHaveLength(5);
    expect(JSON.stringify(told.at(-1)).length).toBeLessThan(2_500);
    expect(jobs.running('r0')).toBeUndefined();
    expect(clock.waiting).toBe(0);
  });

  it('answers at once when it ended in time', async () => {
    const { clock, runs, jobs } = setUp();
    const starting = jobs.start(inspected('c1'), ORDER, undefined, 30_000);
    await settle();
    runs[0]?.end([REPORT]);
    expect(await starting).toMatchObject({ state: 'done' });
    expect(clock.waiting).toBe(0);
  });

  it.each([
    [[REPORT], false, 'done'],
    [[REPORT, { ...REPORT, complete: false }], false, 'incomplete'],
    [[{ ...REPORT, returned: 1 }], false, 'incomplete'],
    [[{ ...REPORT, complete: false }], true, 'stopped'],
    [[REPORT], true, 'done'],
  ] as const)('after %j, stopped %s, is %s', async (reports, stopped, state) => {
    const { clock, runs, told, jobs, start } = setUp();
    await start();
    const stopping = stopped ? jobs.stop('c1', 'r0', 100) : undefined;
    runs[0]?.end(reports);
    await settle();
    await clock.advance(100);
    expect(told.at(-1)?.state).toBe(state);
    if (stopping !== undefined) expect((await stopping)?.state).toBe(state);
  });

  it('says why it failed, and refuses what was asked for wrongly', async () => {
    const { runs, told, jobs, start } = setUp();
    await start();
    runs[0]?.fail(new FatalError('REDRIVE_RUNNING', 'another run'));
    await settle();
    expect(told.at(-1)).toMatchObject({
      state: 'failed',
      failure: { code: 'REDRIVE_RUNNING', message: 'another run' },
    });
    const wrong = jobs.start(inspected('c1'), ORDER, undefined, 1_000);
    await settle();
    runs[1]?.fail(new ConfigError([{ key: 'since', message: 'expected a time' }]));
    await expect(wrong).rejects.toMatchObject({ status: 400, message: 'since: expected a time' });
    const second = jobs.start(inspected('c1'), ORDER, undefined, 1_000);
    await settle();
    runs[2]?.fail(new FatalError('REDRIVE_RUNNING', 'another run'));
    await expect(second).rejects.toMatchObject({ status: 409 });
  });

  it('does one a connector, and four at a time', async () => {
    const { start } = setUp();
    await start('c1');
    expect(await statusOf(start('c1'))).toBe(409);
    for (const name of ['c2', 'c3', 'c4']) await start(name);
    expect(await statusOf(start('c5'))).toBe(429);
  });

  it('stops only what it does, of that connector', async () => {
    const { runs, jobs, start } = setUp();
    await start();
    expect(await jobs.stop('c2', 'r0', 0)).toBeUndefined();
    expect(await jobs.stop('c1', 'r9', 0)).toBeUndefined();
    expect(runs[0]?.signals?.stop.aborted).toBe(false);
  });

  it('stops all when it closes, gives up what does not end in time, and begins nothing more', async () => {
    const { clock, runs, told, jobs, start } = setUp();
    await start('c1');
    await start('c2');
    const closing = jobs.close(1_000);
    expect(await statusOf(start('c3'))).toBe(503);
    runs[0]?.end([{ ...REPORT, complete: false }]);
    await settle();
    expect([runs[1]?.signals?.stop.aborted, runs[1]?.signals?.kill.aborted]).toEqual([true, false]);
    runs[1]?.signals?.kill.addEventListener('abort', () => runs[1]?.fail(new Error('closed')));
    await clock.advance(1_000);
    await closing;
    expect(told.filter(({ state }) => state === 'stopped').map(({ connector }) => connector)).toEqual(['c1', 'c2']);
  });
});
