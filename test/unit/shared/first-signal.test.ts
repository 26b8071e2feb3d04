import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { firstSignal } from '../../../shared/first-signal.ts';

describe('firstSignal', () => {
  it('aborts with the first, for its reason', () => {
    const [a, b] = [new AbortController(), new AbortController()];
    const { signal } = firstSignal([a.signal, b.signal]);
    expect(signal.aborted).toBe(false);
    b.abort('second');
    a.abort('first');
    expect([signal.aborted, signal.reason]).toEqual([true, 'second']);
  });

  it('is aborted at once where one of them is', () => {
    const a = new AbortController();
    const { signal } = firstSignal([a.signal, AbortSignal.abort('before')]);
    expect([signal.aborted, signal.reason]).toEqual([true, 'before']);
    expect(getEventListeners(a.signal, 'abort')).toHaveLength(0);
  });

  it('leaves nothing behind when it is released', () => {
    const a = new AbortController();
    const { signal, release } = firstSignal([a.signal]);
    release();
    a.abort();
    expect([signal.aborted, getEventListeners(a.signal, 'abort').length]).toEqual([false, 0]);
  });
});
