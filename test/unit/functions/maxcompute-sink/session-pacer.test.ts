import { describe, expect, it } from 'vitest';
import { SessionPacer } from '../../../../functions/maxcompute-sink/session-pacer.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const never = new AbortController().signal;

function setup() {
  const clock = new ManualClock();
  const pacer = new SessionPacer(clock);
  const context = (leftMs = 60_000, signal = never) => ({ signal, deadlineAt: clock.now() + leftMs });
  const begin = async (kind: 'session' | 'commit', count: number) => {
    for (let i = 0; i < count; i++) await pacer.begin(kind, context());
  };
  return { clock, pacer, context, begin };
}

describe('the pacer of sessions', () => {
  it('lets 450 sessions begin in 5 minutes, and says how long the next one has to wait', async () => {
    const { clock, pacer, context, begin } = setup();
    await begin('session', 225);
    await clock.advance(100_000);
    await begin('session', 225);
    await expect(pacer.begin('session', context())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'MAXCOMPUTE_PACED',
      trouble: 'throttled',
      retryAfterMs: 200_000,
    });
    await clock.advance(200_000);
    await begin('session', 225);
    await expect(pacer.begin('session', context())).rejects.toMatchObject({ retryAfterMs: 100_000 });
  });

  it('waits where the deadline is later than that, each for its own place', async () => {
    const { clock, pacer, context, begin } = setup();
    await begin('commit', 1);
    await clock.advance(5_000);
    await begin('commit', 64);
    const begun: number[] = [];
    for (const i of [1, 2]) void pacer.begin('commit', context()).then(() => begun.push(i));
    await clock.advance(9_999);
    expect(begun).toEqual([]);
    await clock.advance(1);
    expect(begun).toEqual([1]);
    await clock.advance(5_000);
    expect(begun).toEqual([1, 2]);
  });

  it('does not wait for the time that a clock showed before it was set back', async () => {
    const { clock, pacer, context, begin } = setup();
    await begin('session', 450);
    clock.setBack(3_600_000);
    await pacer.begin('session', context());
  });

  it('gives up with its signal', async () => {
    const { pacer, context, begin } = setup();
    await begin('commit', 65);
    const abort = new AbortController();
    const waiting = pacer.begin('commit', context(60_000, abort.signal));
    abort.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('lets 30 commits be under way at one time', async () => {
    const { pacer, context } = setup();
    const ends: (() => void)[] = [];
    const abort = new AbortController();
    const work = () => new Promise<void>((resolve) => ends.push(resolve));
    const commits = Array.from({ length: 31 }, () => pacer.committing(context(), work));
    const givenUp = pacer.committing(context(60_000, abort.signal), work);
    await settle();
    expect(ends).toHaveLength(30);
    abort.abort(new Error('enough'));
    await expect(givenUp).rejects.toThrow('enough');
    ends[0]?.();
    await settle();
    expect(ends).toHaveLength(31);
    for (const end of ends) end();
    await Promise.all(commits);
    // The places of all of them are free again, those of failures too.
    await expect(pacer.committing(context(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    ends.splice(0);
    const next = Array.from({ length: 30 }, () => pacer.committing(context(), work));
    await settle();
    expect(ends).toHaveLength(30);
    for (const end of ends) end();
    await Promise.all(next);
  });
});
