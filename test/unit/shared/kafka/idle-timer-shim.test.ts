import { createRequire } from 'node:module';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { installIdleTimerShim } from '../../../../shared/kafka/idle-timer-shim.ts';

function newQueue(): RequestQueue {
  const logger = { debug: () => undefined, warn: () => undefined };
  return new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: 1,
    enforceRequestTimeout: false,
    clientId: 'c',
    broker: 'b',
    logger,
  });
}

/** Timers that a queue arms while `ms` pass. */
function timersArmed(queue: RequestQueue, ms: number): number {
  const spy = vi.spyOn(globalThis, 'setTimeout');
  queue.scheduleCheckPendingRequests();
  vi.advanceTimersByTime(ms);
  const armed = spy.mock.calls.length;
  spy.mockRestore();
  return armed;
}

/** A module as it is before anything was changed in it. Everybody else keeps the one that they have: other test files share this thread. */
function loadAnew(id: string): unknown {
  const require = createRequire(import.meta.url);
  const path = require.resolve(id);
  const loaded = require.cache[path];
  delete require.cache[path];
  try {
    return require(path);
  } finally {
    require.cache[path] = loaded;
  }
}

describe('installIdleTimerShim', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('keeps an idle queue from arming timers for ever', () => {
    vi.useFakeTimers();
    installIdleTimerShim();
    installIdleTimerShim();
    expect(timersArmed(newQueue(), 100)).toBe(0);
  });

  it('leaves a throttled queue with something in it as it was', () => {
    vi.useFakeTimers();
    installIdleTimerShim();
    const queue = newQueue();
    queue.throttledUntil = Date.now() + 1_000;
    queue.pending.push({});
    expect(timersArmed(queue, 10)).toBe(1);
    queue.pending.length = 0;
    vi.advanceTimersByTime(2_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is needed: upstream without it arms one timer after the other', () => {
    const Upstream = loadAnew('kafkajs/src/network/requestQueue/index.js') as typeof RequestQueue;
    vi.useFakeTimers();
    const queue = new Upstream({
      maxInFlightRequests: null,
      requestTimeout: 1,
      enforceRequestTimeout: false,
      clientId: 'c',
      broker: 'b',
      logger: {},
    });
    expect(timersArmed(queue, 100)).toBeGreaterThan(50);
    queue.destroy();
  });
});
