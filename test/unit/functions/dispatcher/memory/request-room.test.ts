import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { RequestRoom } from '../../../../../functions/dispatcher/memory/request-room.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

const NEVER = new AbortController().signal;

function setUp(limit: number) {
  const budget = new MemoryBudget(limit);
  const room = new RequestRoom(budget);
  const admitted: string[] = [];
  const ends = new Map<string, () => void>();
  const acquire = (name: string, bytes: number, connector: string, signal = NEVER) =>
    room.acquire(bytes, connector, signal).then((end) => {
      admitted.push(name);
      ends.set(name, end);
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { budget, acquire, end, admitted };
}

describe('RequestRoom', () => {
  it('admits while bodies fit beside what is held, and the next when one ended', async () => {
    const { budget, acquire, end, admitted } = setUp(100);
    budget.take(50);
    void acquire('a', 25, 'x');
    void acquire('b', 25, 'x');
    void acquire('c', 25, 'x');
    await settle();
    expect([admitted, budget.usedBytes]).toEqual([['a', 'b'], 100]);
    await end('b');
    await end('b');
    expect([admitted, budget.usedBytes]).toEqual([['a', 'b', 'c'], 100]);
  });

  it('keeps the order, so that a large one is not passed by small ones for ever', async () => {
    const { acquire, end, admitted } = setUp(100);
    void acquire('a', 60, 'x');
    void acquire('large', 90, 'x');
    void acquire('small', 10, 'x');
    await settle();
    expect(admitted).toEqual(['a']);
    await end('a');
    expect(admitted).toEqual(['a', 'large', 'small']);
  });

  it('always admits one call of a connector, however large, and though another one stalls', async () => {
    const { acquire, admitted } = setUp(100);
    void acquire('stalled', 500, 'x');
    void acquire('stalled too', 500, 'x');
    void acquire('other', 500, 'y');
    await settle();
    expect(admitted).toEqual(['stalled', 'other']);
  });

  it('admits when records were settled', async () => {
    const { budget, acquire, admitted } = setUp(100);
    const held = budget.take(80);
    void acquire('a', 30, 'x');
    void acquire('b', 30, 'x');
    await settle();
    expect(admitted).toEqual(['a']);
    held.release();
    await settle();
    expect(admitted).toEqual(['a', 'b']);
  });

  it('makes no call wait that may begin at once, and lets none pass those that wait', async () => {
    const room = new RequestRoom(new MemoryBudget(100));
    const entered: string[] = [];
    const ends: (() => void)[] = [];
    const enter = async (name: string, bytes: number) => {
      const context = { admission: NEVER, signal: NEVER, timeoutMs: 1_000 };
      ends.push(await room.of('x').enter(bytes, context));
      entered.push(name);
    };
    await enter('a', 60);
    void enter('large', 90);
    void enter('small', 10);
    await settle();
    expect(entered).toEqual(['a']);
    ends[0]?.();
    await settle();
    expect(entered).toEqual(['a', 'large', 'small']);
  });

  it('gives up with its signal, and lets those behind it pass', async () => {
    const { acquire, admitted } = setUp(100);
    const fence = new AbortController();
    void acquire('a', 60, 'x');
    const given = acquire('large', 90, 'x', fence.signal);
    void acquire('small', 10, 'x');
    fence.abort(new Error('fenced'));
    await expect(given).rejects.toThrow('fenced');
    await settle();
    expect(admitted).toEqual(['a', 'small']);
    await expect(acquire('late', 1, 'x', fence.signal)).rejects.toThrow('fenced');
  });

  it('admits everybody in the end and gives everything back, whatever the order', async () => {
    const call = fc.record({ bytes: fc.nat(200), connector: fc.constantFrom('x', 'y'), aborts: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(call, { maxLength: 20 }), async (calls) => {
        const budget = new MemoryBudget(100);
        const room = new RequestRoom(budget);
        const work = calls.map(async ({ bytes, connector, aborts }) => {
          const fence = new AbortController();
          const admission = room.acquire(bytes, connector, fence.signal);
          if (aborts) queueMicrotask(() => fence.abort(new Error('fenced')));
          const end = await admission.catch(() => undefined);
          await settle();
          end?.();
        });
        await Promise.all(work);
        expect(budget.usedBytes).toBe(0);
      }),
    );
  });
});
