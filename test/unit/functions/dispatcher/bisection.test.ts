import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deliver, type RefusedRecord } from '../../../../functions/dispatcher/delivery.ts';
import { BlockBuilder, batchOf } from '../../../../shared/envelope/block-builder.ts';
import { FatalError, FunctionFailure } from '../../../../shared/errors.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import { blockAt, deliveryDeps, EventLog } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';
import {
  DAY_MS,
  errantOffsets,
  failsWith,
  finished,
  PickyFunction,
  refused,
  start,
  threw,
} from '../../../helpers/picky-function.ts';
import { offsets } from '../../../helpers/records.ts';

const depth = (count: number) => Math.ceil(Math.log2(count));

describe('a batch that a user function keeps failing', () => {
  it('is tried again `retries` times, and only then cut, left before right', async () => {
    const fn = new PickyFunction(failsWith([5], threw));
    const { events } = await finished(fn, 8, { rules: { retries: 2 } });
    expect(fn.calls.map((sent) => `${sent.at(0)}-${sent.at(-1)}`)).toEqual([
      ...['0-7', '0-7', '0-7'],
      ...['0-3', '4-7', '4-5', '4-4'],
      ...['5-5', '5-5', '5-5'],
      '6-7',
    ]);
    expect(errantOffsets(events)).toEqual([5]);
    expect(events.acked.size).toBe(8);
  });

  it('waits before whole tries and before tries of a lone record, never before a part', async () => {
    const clock = new ManualClock();
    const fn = new PickyFunction(failsWith([3], threw), clock);
    const deps = deliveryDeps(fn, clock, { userFunction: true, retries: 1 });
    const signal = new AbortController().signal;
    const done = deliver(batchOf(blockAt(offsets(0, 4))), new EventLog(), deps, { retry: signal, invoke: signal });
    await settle();
    await clock.advance(DAY_MS);
    await done;
    // Whole, again; then 0-1, 2-3, 2, 3 at that moment; then 3 again.
    const start = fn.times[0] ?? 0;
    expect(fn.times.map((time) => time - start)).toEqual([0, 100, 100, 100, 100, 100, 200]);
  });

  it('reaches the function in order, each record taken once', async () => {
    const taken: number[] = [];
    const bad = [0, 7, 8, 30];
    const fn = new PickyFunction((sent) => {
      const error = failsWith(bad, threw)(sent);
      if (error === undefined) taken.push(...sent);
      return error;
    });
    await finished(fn, 31);
    expect(taken).toEqual(offsets(0, 31).filter((offset) => !bad.includes(offset)));
  });

  const places: readonly (readonly [string, (count: number) => number[]])[] = [
    ['the first', () => [0]],
    ['the last', (count) => [count - 1]],
    ['every second', (count) => offsets(0, count).filter((offset) => offset % 2 === 1)],
    ['all', (count) => offsets(0, count)],
  ];
  const retryCounts = [0, 1, 2, 3];
  it.each(places.flatMap(([name, bad]) => retryCounts.map((retries) => ({ name, bad, retries }))))(
    'keeps the bound on calls with $name bad and retries=$retries',
    async ({ bad, retries }) => {
      for (const count of [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 20]) {
        const poison = bad(count).filter((offset) => offset < count);
        const fn = new PickyFunction(failsWith(poison, threw));
        const { events } = await finished(fn, count, { rules: { retries } });
        expect(errantOffsets(events)).toEqual(poison);
        expect(events.acked.size).toBe(count);
        const bound = poison.length === 0 ? 0 : 2 * poison.length * depth(count) + (1 + poison.length) * retries;
        expect(fn.calls.length - 1).toBeLessThanOrEqual(bound);
      }
    },
  );

  it('meets the bound for one bad record exactly where halves are equal: 2·log2(n) + 2·retries', async () => {
    for (const retries of retryCounts) {
      for (const count of [2, 4, 8, 64, 1024]) {
        const fn = new PickyFunction(failsWith([count - 1], threw));
        await finished(fn, count, { rules: { retries } });
        expect(fn.calls.length - 1).toBe(2 * Math.log2(count) + 2 * retries);
      }
    }
  });

  it('finds exactly the bad records within the bound, whichever they are', async () => {
    const someBatch = fc
      .record({ count: fc.integer({ min: 1, max: 40 }), retries: fc.integer({ min: 0, max: 3 }) })
      .chain(({ count, retries }) =>
        fc.record({
          count: fc.constant(count),
          retries: fc.constant(retries),
          bad: fc.uniqueArray(fc.integer({ min: 0, max: count - 1 })),
          // An unavailable target now and then changes nothing but the time it takes.
          outages: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
        }),
      );
    await fc.assert(
      fc.asyncProperty(someBatch, async ({ count, retries, bad, outages }) => {
        let lost = 0;
        const fn = new PickyFunction((sent, call) => {
          if (!outages.includes(call)) return failsWith(bad, threw)(sent);
          lost++;
          return refused();
        });
        const { events } = await finished(fn, count, { rules: { retries } });
        expect(errantOffsets(events)).toEqual([...bad].sort((a, b) => a - b));
        expect(events.acked.size).toBe(count);
        const bound = bad.length === 0 ? 0 : 2 * bad.length * depth(count) + (1 + bad.length) * retries;
        expect(fn.calls.length - 1 - lost).toBeLessThanOrEqual(bound);
      }),
      { numRuns: 60 },
    );
  });

  it('tries a batch of one 1 + retries times, then it is errant, with what the function said', async () => {
    const fn = new PickyFunction(failsWith([0], threw));
    const reasons: RefusedRecord[] = [];
    class Reasons extends EventLog {
      override async errant(records: readonly RefusedRecord[]): Promise<undefined> {
        reasons.push(...records);
        return await super.errant(records);
      }
    }
    await finished(fn, 1, { rules: { retries: 2 }, events: new Reasons() });
    expect(fn.calls).toHaveLength(3);
    expect(reasons).toEqual([
      {
        offset: 0,
        reason: {
          stage: 'TASK_PUT',
          code: 'FUNCTION_FAILED',
          errorClass: 'FunctionFailure',
          message: expect.stringMatching(/alone 3 times.*the function threw TypeError/),
        },
      },
    ]);
  });

  it('is errant in the function’s own words, with its trace and the end of its log', async () => {
    const report = { said: 'TypeError: no order 7', stack: 'at a', logTail: 'hello' };
    const said = () => new FunctionFailure('FUNCTION_FAILED', 'the function failed the batch', { report });
    const reasons: RefusedRecord[] = [];
    class Reasons extends EventLog {
      override async errant(records: readonly RefusedRecord[]): Promise<undefined> {
        reasons.push(...records);
        return await super.errant(records);
      }
    }
    await finished(new PickyFunction(failsWith([0], said)), 1, { events: new Reasons() });
    expect(reasons[0]?.reason).toMatchObject({
      message: expect.stringMatching(/TypeError: no order 7$/),
      stack: 'at a',
      functionLog: 'hello',
    });
  });

  it('is no longer cut once the function takes it: a passing failure blames nobody', async () => {
    const fn = new PickyFunction((_, call) => (call <= 4 ? threw() : undefined));
    const { events } = await finished(fn, 8, { rules: { retries: 2 } });
    expect(errantOffsets(events)).toEqual([]);
    expect(fn.calls.map((sent) => sent.length)).toEqual([8, 8, 8, 4, 2, 2, 4]);
  });

  it('stops where errors.policy=stop says so: nothing behind is sent, everything before is', async () => {
    class Stopping extends EventLog {
      override async errant(records: readonly RefusedRecord[]): Promise<never> {
        return records[0]?.offset as never;
      }
    }
    const fn = new PickyFunction(failsWith([5, 9], threw));
    const { events } = await finished(fn, 16, { rules: { retries: 0 }, events: new Stopping() });
    expect([...events.acked.keys()]).toEqual([0, 1, 2, 3, 4]);
    expect(fn.calls.slice(fn.calls.findIndex((sent) => sent.length === 1 && sent[0] === 5) + 1)).toEqual([]);
  });

  it('sends no further part once its partition is fenced', async () => {
    const fence = new AbortController();
    const fn = new PickyFunction((sent, call) => {
      if (call === 3) fence.abort(new Error('fenced'));
      return failsWith([7], threw)(sent);
    });
    const clock = new ManualClock();
    const events = new EventLog();
    const deps = deliveryDeps(fn, clock, { userFunction: true, retries: 1 });
    const signals = { retry: fence.signal, invoke: new AbortController().signal };
    const outcome = deliver(batchOf(blockAt(offsets(0, 8))), events, deps, signals).catch((error: unknown) => error);
    await settle();
    await clock.advance(DAY_MS);
    expect(await outcome).toMatchObject({ message: 'fenced' });
    expect(fn.calls.map((sent) => sent.length)).toEqual([8, 8, 4]);
    // What the part under way brought counts; the rest is handed back.
    expect([...events.acked.keys()]).toEqual([0, 1, 2, 3]);
  });

  it('fails the task where a part meets something fatal, with what is written acked', async () => {
    const fn = new PickyFunction((sent) =>
      sent.length === 1 && sent[0] === 2 ? new FatalError('FUNCTION_REFUSED', '401') : failsWith([2], threw)(sent),
    );
    const { outcome, events, clock } = start(fn, 4, { rules: { retries: 0 } });
    await clock.advance(DAY_MS);
    expect(await outcome).toMatchObject({ code: 'FUNCTION_REFUSED' });
    expect([...events.acked.keys()]).toEqual([0, 1]);
  });

  it('says when it begins to look and what it found, and counts what is sent again', async () => {
    const fn = new PickyFunction(failsWith([1], threw));
    const { lines, deps } = await finished(fn, 4, { rules: { retries: 0 } });
    expect(lines.map(({ text, fields }) => [text, fields])).toEqual([
      [
        'the function keeps failing this batch; it is sent in ever smaller parts to find the records to blame',
        { topic: 'orders', partition: 0, firstOffset: 0, records: 4, failures: 1, code: 'FUNCTION_FAILED' },
      ],
      [
        'the records to blame were looked for',
        { topic: 'orders', partition: 0, firstOffset: 0, records: 4, bad: 1, parts: 4, invocations: 5 },
      ],
    ]);
    expect(deps.retried).toEqual(['FUNCTION_FAILED', 'FUNCTION_FAILED']);
  });

  it('has `retry` answers of a part sent again under their own count', async () => {
    const fn = new PickyFunction((sent): Error | BatchOutcome | undefined => {
      if (sent.includes(0)) return threw();
      if (!sent.includes(3)) return undefined;
      const outcomes = sent.map((offset) => {
        const status = offset === 3 ? ('retry' as const) : ('written' as const);
        return { topic: 'orders', partition: 0, offset, status, ...(offset === 3 && { code: 'LOCKED' }) };
      });
      return { outcomes };
    });
    const { events } = await finished(fn, 4, { rules: { retries: 1 } });
    expect(events.acked).toEqual(
      new Map([
        [0, 'errant:FUNCTION_FAILED'],
        [1, 'written'],
        [2, 'written'],
        [3, 'errant:LOCKED'],
      ]),
    );
    expect(fn.calls.slice(-2)).toEqual([[2, 3], [3]]);
  });

  it('is not stored again part by part under claim-check', async () => {
    const fn = new PickyFunction(failsWith([2], threw));
    const clock = new ManualClock();
    const stored: number[] = [];
    const store = {
      store: async (_: unknown, offset: number) => {
        stored.push(offset);
        return 'https://example.invalid/value';
      },
      close: async () => undefined,
    };
    const claimCheck = {
      store,
      invokeMaxBytes: 10_000,
      envelope: { keyEncoding: 'string', valueEncoding: 'string', headers: false, timestampType: false },
    } as const;
    const deps = { ...deliveryDeps(fn, clock, { userFunction: true, retries: 0 }), claimCheck };
    const { signal } = new AbortController();
    await deliver(batchOf(blockAt(offsets(0, 4))), new EventLog(), deps, { retry: signal, invoke: signal });
    expect(fn.calls).toContainEqual([2]);
    expect(stored).toEqual([]);
  });

  it('of a sink of ours is never cut and never errant', async () => {
    const fn = new PickyFunction((_, call) => (call <= 20 ? threw() : undefined));
    const { events, lines } = await finished(fn, 4, { rules: { userFunction: false, retries: 0 } });
    expect(fn.calls.every((sent) => sent.length === 4)).toBe(true);
    expect(fn.calls).toHaveLength(21);
    expect(errantOffsets(events)).toEqual([]);
    expect(lines.some(({ text }) => text.includes('smaller parts'))).toBe(false);
  });

  it('keeps records of several segments in order', async () => {
    const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
    for (const offset of [10, 20, 30]) {
      builder.add({ offset, timestamp: 0, key: null, value: Buffer.from('v') });
    }
    const block = builder.build();
    const whole = batchOf(block);
    const parts = [
      { block, from: 0, to: 1 },
      { block, from: 1, to: 3 },
    ];
    const fn = new PickyFunction(failsWith([20], threw));
    await finished(fn, 3, { rules: { retries: 0 }, batch: { ...whole, segments: parts } });
    expect(fn.calls).toEqual([[10, 20, 30], [10, 20], [10], [20], [30]]);
  });
});
