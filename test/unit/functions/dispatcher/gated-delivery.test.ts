import { describe, expect, it } from 'vitest';
import { deliver } from '../../../../functions/dispatcher/delivery.ts';
import type { InvokeContext, Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import type { Logger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import { blockAt, deliveryDeps, EventLog } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

/** A delivery of one batch through what `invoke` does; with its logged messages, and what metrics were told of calls. */
function setUp(invoke: (context: InvokeContext, clock: ManualClock) => Promise<BatchOutcome>) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const calls: [result: string, durationMs: number][] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (_, message) => lines.push(message),
    error: (_, message) => lines.push(message),
    child: () => logger,
  };
  const invoker: Invoker = { invoke: (_, context) => invoke(context, clock), close: async () => undefined };
  const deps = { ...deliveryDeps(invoker, clock), logger };
  const metrics = {
    ...deps.metrics,
    invoked: (result: string, durationMs: number) => void calls.push([result, durationMs]),
  };
  const events = new EventLog();
  const signals = { retry: new AbortController().signal, invoke: new AbortController().signal };
  const done = deliver(batchOf(blockAt([0, 1])), events, { ...deps, metrics }, signals);
  return { clock, lines, calls, events, deps, done };
}

describe('a delivery through the gate', () => {
  it('says nothing of its tries while the breaker is open, counts no call, and goes on as soon as it may', async () => {
    let tries = 0;
    const { clock, lines, calls, events, deps, done } = setUp(async (context) => {
      context.turn?.(undefined);
      if (++tries <= 25) throw new RetriableError('BREAKER_OPEN', 'left alone', { retryAfterMs: 1_000 });
      context.turn?.(clock.now());
      return { all: 'written', count: 2 };
    });
    // Each wait is what the breaker asks for: it does not grow.
    for (let i = 1; i <= 25; i++) {
      await settle();
      expect(tries).toBe(i);
      await clock.advance(1_000);
    }
    await done;
    expect(lines).toEqual([]);
    expect(calls).toEqual([['answered', 0]]);
    expect(events.waits.slice(0, 25)).toEqual(Array.from({ length: 25 }, () => 'BREAKER_OPEN'));
    expect(deps.retried).toHaveLength(25);
  });

  it('measures the call, and not the wait for its turn', async () => {
    const { clock, calls, done } = setUp(async (context, time) => {
      context.turn?.(undefined);
      await time.sleep(5_000);
      context.turn?.(time.now());
      await time.sleep(300);
      return { all: 'written', count: 2 };
    });
    await settle();
    await clock.advance(5_300);
    await done;
    expect(calls).toEqual([['answered', 300]]);
  });
});
