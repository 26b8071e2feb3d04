import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairIntake, type IntakeMember } from '../../../../../functions/dispatcher/memory/fair-intake.ts';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { workerMemory } from '../../../../../functions/dispatcher/memory/worker-memory.ts';
import { SharedCounts, sharedCountsBuffer } from '../../../../../functions/dispatcher/threads/shared-counts.ts';
import { settle } from '../../../../helpers/manual-clock.ts';

/** One budget as `threads` threads have it. */
function sharedBudgets(limit: number, threads: number): MemoryBudget[] {
  const buffer = sharedCountsBuffer(threads);
  return Array.from({ length: threads }, (_, row) => new MemoryBudget(limit, new SharedCounts(buffer, row)));
}

function pair(limit: number): [MemoryBudget, MemoryBudget] {
  const [one, other] = sharedBudgets(limit, 2);
  if (one === undefined || other === undefined) throw new Error('two budgets');
  return [one, other];
}

describe('a budget that threads share', () => {
  it('shows everybody the sum of what all of them hold, and nothing when all is settled', () => {
    const step = fc.record({
      thread: fc.nat(2),
      what: fc.constantFrom('take' as const, 'request' as const, 'expect' as const, 'join' as const, 'end' as const),
      // Beyond what 32 bits hold.
      bytes: fc.integer({ min: 1, max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const budgets = sharedBudgets(2 ** 41, 3);
        const held = { records: 0, requests: 0, fetches: 0, members: 0 };
        const ends: (() => void)[] = [];
        const add = (what: keyof typeof held, bytes: number, end: () => void) => {
          held[what] += bytes;
          ends.push(() => {
            held[what] -= bytes;
            end();
          });
        };
        const look = () => {
          for (const budget of budgets) {
            expect({ ...budget.use, members: budget.members }).toEqual(held);
            expect(budget.usedBytes).toBe(held.records + held.requests);
            expect(budget.fits(1)).toBe(held.records + held.requests + held.fetches + 1 <= 2 ** 41);
          }
          expect(budgets.reduce((sum, { ownBytes }) => sum + ownBytes, 0)).toBe(held.records + held.requests);
        };
        for (const { thread, what, bytes } of steps) {
          const budget = budgets[thread];
          if (budget === undefined) continue;
          if (what === 'end') ends.splice(bytes % Math.max(1, ends.length), 1)[0]?.();
          else if (what === 'take') {
            const memory = budget.take(bytes);
            add('records', bytes, () => memory.release());
          } else if (what === 'request') add('requests', bytes, budget.request(bytes));
          else if (what === 'expect') add('fetches', bytes, budget.expect(bytes));
          else add('members', 1, budget.join());
          look();
        }
        for (const end of ends) end();
        look();
        expect(budgets[0]?.usedBytes).toBe(0);
      }),
    );
  });

  it('tells a thread that found too little left when another frees something, and nobody else', async () => {
    const [one, other] = pair(1_000);
    const heard: string[] = [];
    one.onFreed(() => heard.push('one'));
    other.onFreed(() => heard.push('other'));
    const memory = one.take(400);
    await settle();
    // It found enough.
    const small = one.request(10);
    expect(other.fits(500)).toBe(true);
    small();
    await settle();
    expect(heard).toEqual(['one']);
    expect(other.fits(900)).toBe(false);
    expect(other.usedBytes).toBe(400);
    memory.release();
    await settle();
    expect(heard).toEqual(['one', 'one', 'other']);
    one.request(1)();
    await settle();
    expect(heard).toEqual(['one', 'one', 'other', 'one']);
  });

  it('misses nothing that is freed right after it was found short', async () => {
    const [one, other] = pair(1_000);
    let heard = 0;
    const held = [1, 2, 3].map(() => one.take(200));
    other.onFreed(() => {
      heard++;
      // As deciders do: whoever is still short asks again.
      void other.usedBytes;
    });
    void other.usedBytes;
    for (const memory of held) memory.release();
    await settle();
    expect(heard).toBeGreaterThan(0);
    expect(other.usedBytes).toBe(0);
  });
});

describe('partitions of two threads', () => {
  /** A partition that holds records, and closes its batch when asked to. */
  class Member implements IntakeMember {
    openBytes = 0;
    pendingBytes = 0;
    canRead = true;
    allowed = true;
    closed = 0;

    constructor(
      readonly connector: string,
      private readonly budget: MemoryBudget,
    ) {}

    read(bytes: number): () => void {
      this.openBytes += bytes;
      const memory = this.budget.take(bytes);
      return () => {
        this.pendingBytes -= bytes;
        memory.release();
      };
    }

    closeLargest(): boolean {
      if (this.openBytes === 0) return false;
      this.closed++;
      this.pendingBytes += this.openBytes;
      this.openBytes = 0;
      return true;
    }

    allowIntake(allowed: boolean): void {
      this.allowed = allowed;
    }
  }

  function setUp(limit = 2_000) {
    const [one, other] = pair(limit);
    const intakes = [new FairIntake(one), new FairIntake(other)] as const;
    const members = [new Member('a', one), new Member('b', other)] as const;
    intakes[0].join(members[0]);
    intakes[1].join(members[1]);
    return { intakes, members };
  }

  it('go on in one thread when the other frees what it holds', async () => {
    const { intakes, members } = setUp();
    const settled = members[0].read(1_200);
    intakes[0].review();
    const own = members[1].read(300);
    intakes[1].review();
    // All that may be held is held: each has something on its way and reads no more.
    expect([members[0].allowed, members[1].allowed]).toEqual([false, false]);
    expect([members[0].pendingBytes, members[1].pendingBytes]).toEqual([1_200, 300]);
    settled();
    await settle();
    expect(members[1].allowed).toBe(true);
    own();
  });

  it('never wait for ever for what another thread holds and does not free', () => {
    const { intakes, members } = setUp();
    members[0].read(1_500);
    intakes[0].review();
    intakes[1].review();
    // Nothing of this connector is on its way: it reads, beyond the bound.
    expect(members[1].allowed).toBe(true);
    members[1].read(100);
    intakes[1].review();
    expect(members[1].closed).toBe(1);
  });

  it('close for what their own thread holds', () => {
    const { intakes, members } = setUp();
    members[0].read(900);
    members[1].read(100);
    intakes[0].review();
    // Nine tenths are held here, and one batch is more than enough.
    expect([members[0].closed, members[1].closed]).toEqual([1, 0]);
  });
});

it('buffers that wait for their next use are a part for each thread', () => {
  const memory = workerMemory(64 * 2 ** 20, { counts: new SharedCounts(sharedCountsBuffer(4), 1), threads: 4 });
  const frames = Array.from({ length: 32 }, () => memory.frames.take(2 ** 20));
  for (const frame of frames) memory.frames.giveBack(frame);
  expect(memory.frames.freeBytes).toBe((64 * 2 ** 20) / 2 / 4);
});
