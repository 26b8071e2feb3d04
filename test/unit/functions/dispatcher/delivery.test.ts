import { describe, expect, it } from 'vitest';
import { deliver } from '../../../../functions/dispatcher/delivery.ts';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../../../shared/errors.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import {
  allWritten,
  blockAt,
  deliveryDeps,
  EventLog,
  perRecord,
  ScriptedInvoker,
  throwing,
} from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

function setUp(invoker: Invoker, rules = {}, logger = silentLogger) {
  const clock = new ManualClock();
  const events = new EventLog();
  const deps = { ...deliveryDeps(invoker, clock, rules), logger };
  const retry = new AbortController();
  const invoke = new AbortController();
  const batch = batchOf(blockAt([10, 11, 12, 13]));
  const done = deliver(batch, events, deps, { retry: retry.signal, invoke: invoke.signal });
  const outcome = done.then(
    () => 'done',
    (error: unknown) => error,
  );
  return { clock, events, deps, retry, invoke, outcome };
}

const unreachable = () => new RetriableError('TARGET_UNREACHABLE', 'refused');
const functionFailed = () => new FunctionFailure('FUNCTION_FAILED', 'it threw');

describe('deliver', () => {
  it('acks a batch that is all written', async () => {
    const { events, outcome } = setUp(new ScriptedInvoker([allWritten]));
    expect(await outcome).toBe('done');
    expect([...events.acked]).toEqual([10, 11, 12, 13].map((offset) => [offset, 'written']));
  });

  it('sends only what failed again', async () => {
    const invoker = new ScriptedInvoker([
      perRecord((offset) => (offset % 2 === 0 ? { status: 'written' } : { status: 'retry', code: 'BUSY' })),
      allWritten,
    ]);
    const { clock, events, outcome } = setUp(invoker);
    await settle();
    expect([...events.acked.keys()]).toEqual([10, 12]);
    await clock.advance(100);
    expect(await outcome).toBe('done');
    expect(invoker.calls).toEqual([
      [10, 11, 12, 13],
      [11, 13],
    ]);
  });

  it('ends errors.retry.timeout by itself later at most when the clock is set back', async () => {
    const { clock, outcome } = setUp(new ScriptedInvoker([throwing(unreachable())]), {
      timeoutMs: 10_000,
      maxMs: 1_000,
    });
    await settle();
    await clock.advance(5_000);
    clock.setBack(3_600_000);
    await clock.advance(15_000);
    expect(await Promise.race([outcome, settle()])).toMatchObject({ code: 'RETRY_TIMEOUT' });
  });

  it('keeps an unreachable target out of the error topic, however long it takes, with growing waits', async () => {
    const failures = Array.from({ length: 12 }, () => throwing(unreachable()));
    const invoker = new ScriptedInvoker([...failures, allWritten]);
    const { clock, events, outcome, deps } = setUp(invoker, { retries: 0 });
    await settle();
    for (const wait of [100, 200, 400]) {
      const before = invoker.calls.length;
      await clock.advance(wait - 1);
      expect(invoker.calls.length).toBe(before);
      await clock.advance(1);
      expect(invoker.calls.length).toBe(before + 1);
    }
    await clock.advance(3_600_000);
    expect(await outcome).toBe('done');
    expect(new Set(events.acked.values())).toEqual(new Set(['written']));
    expect(deps.retried).toHaveLength(12);
    expect(events.waits).toContain('TARGET_UNREACHABLE');
    expect(events.waits.at(-1)).toBeUndefined();
  });

  it('logs the first failure of a batch, each that is another one than before, and every tenth', async () => {
    const throttled = () => new RetriableError('THROTTLED', '429');
    const failures = [unreachable, unreachable, throttled, throttled, unreachable, ...Array(6).fill(unreachable)];
    const invoker = new ScriptedInvoker([...failures.map((failure) => throwing(failure())), allWritten]);
    const told: unknown[] = [];
    const warn = ({ failures: count, code }: { failures?: number; code?: string }) => void told.push([count, code]);
    const { clock, outcome } = setUp(invoker, {}, { ...silentLogger, warn });
    await settle();
    await clock.advance(3_600_000);
    expect(await outcome).toBe('done');
    expect(told).toEqual([
      [1, 'TARGET_UNREACHABLE'],
      [3, 'THROTTLED'],
      [5, 'TARGET_UNREACHABLE'],
      [10, 'TARGET_UNREACHABLE'],
    ]);
  });

  it('waits at least as long as the target asks', async () => {
    const invoker = new ScriptedInvoker([
      throwing(new RetriableError('THROTTLED', '429', { retryAfterMs: 5_000 })),
      allWritten,
    ]);
    const { clock, outcome } = setUp(invoker);
    await settle();
    await clock.advance(4_999);
    expect(invoker.calls).toHaveLength(1);
    await clock.advance(1);
    expect(await outcome).toBe('done');
  });

  it('fails the task after errors.retry.timeout, acking nothing', async () => {
    const { clock, events, outcome } = setUp(new ScriptedInvoker([throwing(unreachable())]), { timeoutMs: 1_000 });
    await settle();
    await clock.advance(60_000);
    expect(await outcome).toMatchObject({ code: 'RETRY_TIMEOUT' });
    expect(events.acked.size).toBe(0);
  });

  it('measures errors.retry.timeout from the last progress', async () => {
    const oneMore = (through: number) =>
      perRecord((offset) => (offset <= through ? { status: 'written' } : { status: 'retry', code: 'BUSY' }));
    const invoker = new ScriptedInvoker([10, 11, 12, 13].map(oneMore));
    const { clock, outcome } = setUp(invoker, { timeoutMs: 150 });
    await settle();
    for (let i = 0; i < 3; i++) await clock.advance(100);
    expect(await outcome).toBe('done');
  });

  it('sends refused records to the error topic with the reason of the target', async () => {
    const invoker = new ScriptedInvoker([
      perRecord((offset) => (offset === 11 ? { status: 'errant', code: 'MAPPING' } : { status: 'written' })),
    ]);
    const { events, outcome } = setUp(invoker);
    expect(await outcome).toBe('done');
    expect(events.acked.get(11)).toBe('errant:MAPPING');
    expect(events.acked.size).toBe(4);
  });

  it('gives up on records that a user function singles out, after retries', async () => {
    const invoker = new ScriptedInvoker([
      perRecord((offset) => (offset === 12 ? { status: 'retry', code: 'BAD' } : { status: 'written' })),
      perRecord(() => ({ status: 'retry', code: 'BAD' })),
    ]);
    const { clock, events, outcome } = setUp(invoker, { userFunction: true, retries: 2 });
    await settle();
    await clock.advance(60_000);
    expect(await outcome).toBe('done');
    expect(invoker.calls).toEqual([[10, 11, 12, 13], [12], [12]]);
    expect(events.acked.get(12)).toBe('errant:BAD');
  });

  it('does not give up on records that a user function comes to only one by one', async () => {
    const oneOf = (left: number) =>
      perRecord((offset) => ({ status: offset <= left ? 'written' : 'retry', code: 'DEADLINE' }));
    const invoker = new ScriptedInvoker([oneOf(10), oneOf(11), oneOf(12), oneOf(13)]);
    const { clock, events, outcome } = setUp(invoker, { userFunction: true, retries: 2 });
    await settle();
    await clock.advance(60_000);
    expect(await outcome).toBe('done');
    expect(invoker.calls).toEqual([[10, 11, 12, 13], [11, 12, 13], [12, 13], [13]]);
    expect(new Set(events.acked.values())).toEqual(new Set(['written']));
  });

  it('counts what a user function fails as a whole apart from what it singles out', async () => {
    const invoker = new ScriptedInvoker([
      throwing(functionFailed()),
      throwing(functionFailed()),
      throwing(functionFailed()),
      perRecord((offset) => (offset === 12 ? { status: 'retry', code: 'BUSY' } : { status: 'written' })),
      allWritten,
    ]);
    const { clock, events, outcome } = setUp(invoker, { userFunction: true, retries: 2 });
    await settle();
    await clock.advance(60_000);
    expect(await outcome).toBe('done');
    expect(events.acked.get(12)).toBe('written');
  });

  it('never gives up on retry outcomes of a sink of ours', async () => {
    const again = perRecord(() => ({ status: 'retry', code: 'BUSY' }));
    const invoker = new ScriptedInvoker([...Array.from({ length: 30 }, () => again), allWritten]);
    const { clock, events, outcome } = setUp(invoker, { retries: 2 });
    await settle();
    await clock.advance(3_600_000);
    expect(await outcome).toBe('done');
    expect(new Set(events.acked.values())).toEqual(new Set(['written']));
  });

  it.each([
    [
      'a missing record',
      () => ({ outcomes: [{ topic: 'orders', partition: 0, offset: 10, status: 'written' as const }] }),
    ],
    ['a wrong count', () => ({ all: 'written' as const, count: 3 })],
    ['a record of another partition', perRecord(() => ({ status: 'written' }))],
  ])('takes %s for a protocol breach and acks nothing', async (what, reply) => {
    const wrapped = what.startsWith('a record of')
      ? async (...args: Parameters<typeof reply>) => {
          const answer = await (reply as ReturnType<typeof perRecord>)(
            ...(args as Parameters<ReturnType<typeof perRecord>>),
          );
          return 'outcomes' in answer ? { outcomes: answer.outcomes.map((o) => ({ ...o, partition: 1 })) } : answer;
        }
      : reply;
    const { events, outcome } = setUp(new ScriptedInvoker([wrapped as ReturnType<typeof perRecord>]));
    expect(await outcome).toBeInstanceOf(FatalError);
    expect(events.acked.size).toBe(0);
  });

  it('does not try again what is fatal', async () => {
    const invoker = new ScriptedInvoker([throwing(new FatalError('BUCKET_MISSING', 'no bucket'))]);
    const { outcome } = setUp(invoker);
    expect(await outcome).toMatchObject({ code: 'BUCKET_MISSING' });
    expect(invoker.calls).toHaveLength(1);
  });

  it('ends a wait when its partition is fenced', async () => {
    const { clock, retry, events, outcome } = setUp(new ScriptedInvoker([throwing(unreachable())]));
    await settle();
    retry.abort(new Error('fenced'));
    expect(await outcome).toMatchObject({ message: 'fenced' });
    expect(clock.waiting).toBe(0);
    expect(events.acked.size).toBe(0);
  });

  it('acks what an attempt under way brought, though its partition was fenced meanwhile', async () => {
    const answer = deferred();
    const { retry, events, outcome } = setUp(new ScriptedInvoker([() => answer.promise]));
    await settle();
    retry.abort(new Error('fenced'));
    answer.resolve({ all: 'written', count: 4 });
    // Delivered, and not given up: under a plan of batches nobody sends it again.
    expect(await outcome).toBe('done');
    expect(events.acked.size).toBe(4);
  });
});

function deferred() {
  let resolve: (value: { all: 'written'; count: number }) => void = () => undefined;
  const promise = new Promise<{ all: 'written'; count: number }>((r) => {
    resolve = r;
  });
  return { promise, resolve };
}
