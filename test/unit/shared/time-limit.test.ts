import { expect, it } from 'vitest';
import { TimeLimit } from '../../../shared/time-limit.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

it('ends when its time is over', async () => {
  const clock = new ManualClock();
  const limit = new TimeLimit(clock, 1_000);
  expect(limit.leftMs).toBe(1_000);
  await clock.advance(999);
  expect(limit.leftMs).toBe(1);
  await clock.advance(5_000);
  expect(limit.leftMs).toBe(0);
});

it('is longer by itself at most when the clock is set back', async () => {
  const clock = new ManualClock();
  const limit = new TimeLimit(clock, 1_000);
  await clock.advance(400);
  clock.setBack(3_600_000);
  expect(limit.leftMs).toBe(1_000);
  await clock.advance(1_000);
  expect(limit.leftMs).toBe(0);
});

it('never ends without a limit', async () => {
  const clock = new ManualClock();
  const limit = new TimeLimit(clock, Number.POSITIVE_INFINITY);
  await clock.advance(1e12);
  expect(limit.leftMs).toBe(Number.POSITIVE_INFINITY);
});
