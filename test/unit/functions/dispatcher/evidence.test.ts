import { describe, expect, it } from 'vitest';
import { Evidence } from '../../../../functions/dispatcher/evidence.ts';
import { settle } from '../../../helpers/manual-clock.ts';
import {
  DAY_MS,
  errantOffsets,
  failsWith,
  finished,
  PickyFunction,
  refused,
  silent,
  start,
  threw,
} from '../../../helpers/picky-function.ts';

describe('errors.retry.timeout', () => {
  it('does not count what counts against `retries`', async () => {
    const fn = new PickyFunction(failsWith([1], threw));
    const { events } = await finished(fn, 2, { rules: { retries: 3, timeoutMs: 0 } });
    expect(errantOffsets(events)).toEqual([1]);
  });

  it('begins anew with each part that is written', async () => {
    // Each part of a bisection is refused once; only together do the waits exceed the limit.
    const seen = new Set<string>();
    const fn = new PickyFunction((sent) => {
      if (seen.size > 0 && !seen.has(String(sent))) {
        seen.add(String(sent));
        return refused();
      }
      seen.add(String(sent));
      return failsWith([7], threw)(sent);
    });
    const { events } = await finished(fn, 8, { rules: { retries: 0, timeoutMs: 250 } });
    expect(errantOffsets(events)).toEqual([7]);
  });

  it('ends the task when a part is not taken for that long', async () => {
    const fn = new PickyFunction((sent) => (sent.length === 4 ? threw() : refused()));
    const { outcome, clock, events } = start(fn, 4, { rules: { retries: 0, timeoutMs: 5_000 } });
    await settle();
    await clock.advance(DAY_MS);
    expect(await outcome).toMatchObject({ code: 'RETRY_TIMEOUT' });
    expect(events.acked.size).toBe(0);
  });
});

describe('a function that does not answer', () => {
  it('has the record that makes it hang found, where it answered others meanwhile', async () => {
    const fn = new PickyFunction(failsWith([5], silent));
    const { events } = await finished(fn, 8, { rules: { retries: 2 } });
    expect(errantOffsets(events)).toEqual([5]);
    expect(fn.calls.filter((sent) => sent.length === 1 && sent[0] === 5)).toHaveLength(3);
  });

  it('never makes a record errant as long as it answers nothing: its own target may hang', async () => {
    let hangs = true;
    const fn = new PickyFunction(() => (hangs ? silent() : undefined));
    const { events, clock, outcome } = start(fn, 8, { rules: { retries: 1 } });
    await settle();
    await clock.advance(DAY_MS);
    expect(fn.calls.length).toBeGreaterThan(100);
    expect(events.acked.size).toBe(0);
    expect(events.waits.at(-1)).toBe('INVOKE_TIMEOUT');
    hangs = false;
    await clock.advance(DAY_MS);
    expect(await outcome).toBe('done');
    expect(new Set(events.acked.values())).toEqual(new Set(['written']));
  });

  it('that begins to hang for good in the middle costs one good record at most', async () => {
    let answers = 3;
    const fn = new PickyFunction((sent) => (sent.includes(20) || answers-- <= 0 ? silent() : undefined));
    const { events, clock } = start(fn, 32, { rules: { retries: 0 } });
    await settle();
    await clock.advance(DAY_MS);
    expect(errantOffsets(events).filter((offset) => offset !== 20).length).toBeLessThanOrEqual(1);
    expect(events.acked.size).toBeLessThan(32);
  });

  it('counts a lone failure that it reports like any other', async () => {
    const fn = new PickyFunction((_, call) => (call === 1 ? threw() : silent()));
    const { events } = await finished(fn, 1, { rules: { retries: 2 } });
    expect(errantOffsets(events)).toEqual([0]);
    expect(fn.calls).toHaveLength(3);
  });

  it('is believed to work when it answers other batches of the partition meanwhile', async () => {
    const evidence = new Evidence();
    const fn = new PickyFunction(failsWith([0], silent));
    const { events, clock, outcome } = start(fn, 1, { rules: { retries: 1 }, evidence });
    await settle();
    await clock.advance(DAY_MS);
    expect(events.acked.size).toBe(0);
    evidence.answered();
    await clock.advance(DAY_MS);
    expect(await outcome).toBe('done');
    expect(errantOffsets(events)).toEqual([0]);
  });

  it('does not profit from answers of before', async () => {
    const evidence = new Evidence();
    evidence.answered();
    const { events, clock } = start(new PickyFunction(silent), 1, { rules: { retries: 0 }, evidence });
    await settle();
    await clock.advance(DAY_MS);
    expect(events.acked.size).toBe(0);
  });

  it('fails the task after errors.retry.timeout', async () => {
    const fn = new PickyFunction(silent);
    const { outcome, clock, events } = start(fn, 4, { rules: { retries: 0, timeoutMs: 60_000 } });
    await settle();
    await clock.advance(DAY_MS);
    expect(await outcome).toMatchObject({ code: 'RETRY_TIMEOUT' });
    expect(events.acked.size).toBe(0);
  });
});
