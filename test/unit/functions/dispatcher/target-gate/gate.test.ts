import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { InvokeContext, Invoker } from '../../../../../functions/dispatcher/invokers/invoker.ts';
import type { ReductionReason } from '../../../../../functions/dispatcher/target-gate/adaptive-limit.ts';
import { TargetGate } from '../../../../../functions/dispatcher/target-gate/gate.ts';
import { type Clock, systemClock } from '../../../../../shared/clock.ts';
import { batchOf } from '../../../../../shared/envelope/block-builder.ts';
import { FatalError, FunctionFailure, RetriableError } from '../../../../../shared/errors.ts';
import { type Logger, silentLogger } from '../../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../../shared/outcomes.ts';
import { allWritten, blockAt, perRecord, ScriptedInvoker, throwing } from '../../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const BATCH = batchOf(blockAt([0, 1, 2]));
const RANGE = { topic: BATCH.topic, partition: BATCH.partition, firstOffset: 0, lastOffset: 2 };
const unreachable = new RetriableError('TARGET_UNREACHABLE', 'nobody is there');
const throttled = new RetriableError('TARGET_UNAVAILABLE', 'too much', { trouble: 'throttled' });
const OPEN = { code: 'BREAKER_OPEN' };

function contextOf(change: Partial<InvokeContext> = {}): InvokeContext {
  return { signal: new AbortController().signal, admission: new AbortController().signal, timeoutMs: 1_000, ...change };
}

/** @param clock the breaker's library reads the machine's, which is faked here */
function setUp(target: Invoker, userFunction = false, clock: Clock = systemClock) {
  const lines: string[] = [];
  const reductions: ReductionReason[] = [];
  const note = (level: string) => (_fields: object, message: string) => void lines.push(`${level} ${message}`);
  const logger: Logger = {
    debug: () => undefined,
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
    child: () => logger,
  };
  const gate = new TargetGate({
    target,
    userFunction,
    admissions: [],
    maximum: () => 8,
    reduced: (reason) => reductions.push(reason),
    clock,
    logger,
  });
  const fail = async (times: number) => {
    for (let i = 0; i < times; i++) await gate.invoke(BATCH, contextOf()).catch(() => undefined);
  };
  return { gate, lines, reductions, fail };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: 1_700_000_000_000 }));
afterEach(() => void vi.useRealTimers());

describe('the breaker of TargetGate', () => {
  it('opens after five failures in a row and tells how long to wait, without a call', async () => {
    const target = new ScriptedInvoker([throwing(unreachable)]);
    const { gate, lines, fail } = setUp(target);
    await fail(4);
    expect(gate.breakerState).toBe(0);
    await fail(1);
    expect(gate.breakerState).toBe(2);
    vi.advanceTimersByTime(400);
    await expect(gate.invoke(BATCH, contextOf())).rejects.toMatchObject({ ...OPEN, retryAfterMs: 600 });
    expect(target.calls).toHaveLength(5);
    expect(lines).toEqual(['warn the target cannot be reached; calls are held back, one at a time probes it']);
  });

  it('probes with one call, after waits that double to 30 s, and closes when one succeeds', async () => {
    const probing: number[] = [];
    const failedProbe = async () => {
      await settle();
      probing.push(gate.breakerState);
      throw unreachable;
    };
    const down = Array.from({ length: 5 }, () => throwing(unreachable));
    const target = new ScriptedInvoker([...down, ...Array.from({ length: 7 }, () => failedProbe), allWritten]);
    const { gate, lines, fail } = setUp(target);
    await fail(5);
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      vi.advanceTimersByTime(waitMs - 1);
      const before = target.calls.length;
      await expect(gate.invoke(BATCH, contextOf())).rejects.toMatchObject(OPEN);
      expect(target.calls).toHaveLength(before);
      vi.advanceTimersByTime(1);
      // The probe, and two that come at the same time.
      const three = [1, 2, 3].map(() => gate.invoke(BATCH, contextOf()));
      const codes = (await Promise.allSettled(three)).map((one) => one.status === 'rejected' && one.reason.code);
      expect(codes).toEqual(['TARGET_UNREACHABLE', 'BREAKER_OPEN', 'BREAKER_OPEN']);
      expect(target.calls).toHaveLength(before + 1);
      expect(gate.breakerState).toBe(2);
    }
    expect(probing).toEqual([1, 1, 1, 1, 1, 1, 1]);
    vi.advanceTimersByTime(30_000);
    await expect(gate.invoke(BATCH, contextOf())).resolves.toEqual({ all: 'written', count: 3 });
    expect(gate.breakerState).toBe(0);
    expect(lines).toEqual([
      'warn the target cannot be reached; calls are held back, one at a time probes it',
      'info the target is reached again; calls go through',
    ]);
  });

  it('does not hold calls back for as long as the clock was set back', async () => {
    const down = Array.from({ length: 5 }, () => throwing(unreachable));
    const { gate, fail } = setUp(new ScriptedInvoker([...down, allWritten]));
    await fail(5);
    expect(gate.breakerState).toBe(2);
    vi.setSystemTime(Date.now() - 3_600_000);
    await expect(gate.invoke(BATCH, contextOf())).resolves.toEqual({ all: 'written', count: 3 });
    expect(gate.breakerState).toBe(0);
  });

  it.each([
    ['throttling', throttled],
    ['a failure of the function', new FunctionFailure('FUNCTION_FAILED', 'it threw')],
    ['a fatal error', new FatalError('OSS_BUCKET_MISSING', 'no bucket')],
  ])('does not open for %s', async (_, error) => {
    const { gate, fail } = setUp(new ScriptedInvoker([throwing(error)]));
    await fail(20);
    expect(gate.breakerState).toBe(0);
  });

  it('stays open when its probe is given up', async () => {
    const abort = new AbortController();
    const given = () =>
      new Promise<never>((_, reject) => abort.signal.addEventListener('abort', () => reject(abort.signal.reason)));
    const target = new ScriptedInvoker([...Array.from({ length: 5 }, () => throwing(unreachable)), given]);
    const { gate, fail } = setUp(target);
    await fail(5);
    vi.advanceTimersByTime(1_000);
    const probe = expect(gate.invoke(BATCH, contextOf({ signal: abort.signal }))).rejects.toThrow('given up');
    await Promise.resolve();
    abort.abort(new Error('given up'));
    await probe;
    expect(gate.breakerState).toBe(2);
  });
});

describe('the limit of TargetGate', () => {
  it('goes down when the target throttles, and lets the rest wait for its turn', async () => {
    const pending: ((outcome: BatchOutcome | Error) => void)[] = [];
    const target = new ScriptedInvoker([
      () =>
        new Promise((resolve, reject) => pending.push((end) => (end instanceof Error ? reject(end) : resolve(end)))),
    ]);
    const { gate, reductions } = setUp(target);
    const ended: string[] = [];
    const call = (name: string) =>
      gate.invoke(BATCH, contextOf()).then(
        () => ended.push(name),
        (error: Error) => ended.push(`${name}: ${error.message}`),
      );
    const first = ['a', 'b', 'c', 'd'].map(call);
    await vi.waitFor(() => expect(gate.inFlight).toBe(4));
    expect(gate.limit).toBe(8);
    for (const end of pending.splice(0)) end(throttled);
    await Promise.all(first);
    expect(gate.limit).toBe(2);
    expect(reductions).toEqual(['throttled']);

    const second = ['e', 'f', 'g'].map(call);
    await vi.waitFor(() => expect(gate.inFlight).toBe(2));
    expect(pending).toHaveLength(2);
    pending.shift()?.({ all: 'written', count: 3 });
    await vi.waitFor(() => expect(pending).toHaveLength(2));
    expect(gate.limit).toBe(2.5);
    for (const end of pending.splice(0)) end({ all: 'written', count: 3 });
    await Promise.all(second);
    expect(ended.slice(4)).toEqual(['e', 'f', 'g']);
    expect(gate.inFlight).toBe(0);
  });

  it('takes an answer of nothing but retry for throttling, but not from a function of the user', async () => {
    const again = perRecord(() => ({ status: 'retry', code: 'OSS_THROTTLED' }));
    const ours = setUp(new ScriptedInvoker([again]));
    // Two at a time: one alone cannot be halved.
    await Promise.all([ours.fail(1), ours.fail(1)]);
    expect(ours.reductions).toEqual(['throttled']);
    const theirs = setUp(new ScriptedInvoker([again]), true);
    await Promise.all([theirs.fail(1), theirs.fail(1)]);
    expect(theirs.reductions).toEqual([]);
  });

  /** A gate with one place, and calls to it that end when they are told to. */
  async function withOnePlace() {
    const pending: ((outcome: BatchOutcome) => void)[] = [];
    const target = new ScriptedInvoker([throwing(throttled), () => new Promise((resolve) => pending.push(resolve))]);
    const clock = new ManualClock();
    const { gate, fail } = setUp(target, false, clock);
    await fail(1);
    expect(gate.limit).toBe(1);
    const end = async () => {
      pending.pop()?.({ all: 'written', count: 3 });
      await settle();
    };
    /** Begins a call, and answers how many are with the target then. */
    const call = async () => {
      void gate.invoke(BATCH, contextOf());
      await settle();
      return pending.length;
    };
    return { gate, clock, pending, call, end };
  }

  it('gives the place of a call that is stuck for 5 s to others, and goes on counting the call', async () => {
    const { gate, clock, pending, call, end } = await withOnePlace();
    expect([await call(), await call(), await call()]).toEqual([1, 1, 1]);
    await clock.advance(4_999);
    expect([pending.length, gate.inFlight]).toEqual([1, 1]);
    await clock.advance(1);
    expect([pending.length, gate.inFlight, gate.limit]).toEqual([2, 2, 1]);
    // The second one ends at once; the first one still hangs, beside the third.
    await end();
    expect([pending.length, gate.inFlight]).toEqual([2, 2]);
    await end();
    await end();
    expect([pending.length, gate.inFlight, clock.waiting]).toEqual([0, 0, 0]);
  });

  it('takes a call for stuck only when it lasts four times as long as usual, where that is more', async () => {
    const { gate, clock, pending, call, end } = await withOnePlace();
    await call();
    await clock.advance(2_000);
    await end();
    // Its success made it two places.
    expect([gate.limit, await call(), await call(), await call()]).toEqual([2, 1, 2, 2]);
    await clock.advance(7_999);
    expect(pending).toHaveLength(2);
    await clock.advance(1);
    expect(pending).toHaveLength(3);
  });

  it('makes no call for a partition that was fenced while it waited', async () => {
    let end: (outcome: BatchOutcome) => void = () => undefined;
    const target = new ScriptedInvoker([
      throwing(throttled),
      () => new Promise((resolve) => (end = resolve)),
      allWritten,
    ]);
    const { gate, fail } = setUp(target);
    await fail(1);
    expect(gate.limit).toBe(1);
    const under = gate.invoke(BATCH, contextOf());
    const fence = new AbortController();
    const turns: (number | undefined)[] = [];
    const waits = gate.invoke(BATCH, contextOf({ admission: fence.signal, turn: (at) => turns.push(at) }));
    const rejected = expect(waits).rejects.toThrow('fenced');
    fence.abort(new Error('fenced'));
    await rejected;
    await vi.waitFor(() => expect(target.calls).toHaveLength(2));
    end({ all: 'written', count: 3 });
    await under;
    expect(target.calls).toHaveLength(2);
    expect(turns).toEqual([undefined]);
  });

  it('passes the admissions with a place, and gives everything back in reverse', async () => {
    const order: string[] = [];
    const target: Invoker = {
      invoke: async () => {
        order.push('call');
        throw unreachable;
      },
      close: async () => undefined,
    };
    const gate: TargetGate = new TargetGate({
      target,
      userFunction: false,
      admissions: ['memory', 'more'].map((name) => ({
        enter: async (bytes) => {
          order.push(`${name} ${bytes === BATCH.encodedBytes} ${gate.inFlight}`);
          return () => void order.push(`${name} back ${gate.inFlight}`);
        },
      })),
      maximum: () => 8,
      reduced: () => undefined,
      clock: systemClock,
      logger: silentLogger,
    });
    await expect(gate.invoke(BATCH, contextOf())).rejects.toBe(unreachable);
    expect(order).toEqual(['memory true 1', 'more true 1', 'call', 'more back 1', 'memory back 1']);
    expect(gate.inFlight).toBe(0);
  });

  it('lets the steps of a two-phase sink through as calls', async () => {
    const target: Invoker = {
      invoke: allWritten as Invoker['invoke'],
      phases: {
        prepare: async () => ({ token: 't', refused: [] }),
        commit: async () => {
          throw unreachable;
        },
        resolve: async () => 'open',
      },
      close: async () => undefined,
    };
    const { gate } = setUp(target);
    const turns: (number | undefined)[] = [];
    const context = contextOf({ turn: (at) => turns.push(at) });
    expect(await gate.phases?.prepare(BATCH, context)).toEqual({ token: 't', refused: [] });
    expect(await gate.phases?.resolve('t', RANGE, context)).toBe('open');
    expect(turns).toEqual([undefined, Date.now(), undefined, Date.now()]);
    for (let i = 0; i < 5; i++) await expect(gate.phases?.commit(['t'], context)).rejects.toBe(unreachable);
    await expect(gate.phases?.prepare(BATCH, context)).rejects.toMatchObject(OPEN);
    expect(setUp(new ScriptedInvoker([allWritten])).gate.phases).toBeUndefined();
  });
});
