import { expect, it } from 'vitest';
import { Attempts } from '../../../../../../functions/control-plane/rest/guard/attempts.ts';

it('attempts are counted by caller, within a minute of the first', () => {
  let now = 0;
  const attempts = new Attempts(2, { now: () => now });
  attempts.note('a');
  expect(attempts.waitMs('a')).toBe(0);
  now = 10_000;
  attempts.note('a');
  expect([attempts.waitMs('a'), attempts.waitMs('b')]).toEqual([50_000, 0]);
  now = 59_999;
  attempts.note('a');
  expect(attempts.waitMs('a')).toBe(1);
  now = 60_000;
  expect(attempts.waitMs('a')).toBe(0);
  attempts.note('a');
  expect(attempts.waitMs('a')).toBe(0);
});

it('only so many callers are remembered, the latest', () => {
  const attempts = new Attempts(1, { now: () => 0 });
  for (let caller = 0; caller <= 10_000; caller += 1) attempts.note(String(caller));
  expect([attempts.waitMs('0'), attempts.waitMs('1'), attempts.waitMs('10000')]).toEqual([0, 60_000, 60_000]);
});
