import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairIntake, type IntakeMember } from '../../../../../functions/dispatcher/memory/fair-intake.ts';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import type { BlockMemory } from '../../../../../shared/records.ts';

/** Bytes of a partition's batches, with the memory they hold. */
interface Held {
  readonly bytes: number;
  readonly memory: BlockMemory[];
}

/** A partition: one batch is open, those that are closed are on their way. */
class FakePartition implements IntakeMember {
  reads = true;
  canRead = true;
  closings = 0;
  open: Held | undefined;
  readonly pending: Held[] = [];

  /** @param plannedBytes a batch must not be closed before it holds so much */
  constructor(
    readonly connector: string,
    private readonly budget: MemoryBudget,
    private readonly intake: FairIntake,
    private readonly plannedBytes = 0,
  ) {
    intake.join(this);
  }

  get openBytes(): number {
    return this.open?.bytes ?? 0;
  }

  get pendingBytes(): number {
    return this.pending.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  closeLargest(): boolean {
    if (this.open === undefined || this.open.bytes < this.plannedBytes) return false;
    this.closings++;
    this.pending.push(this.open);
    this.open = undefined;
    return true;
  }

  allowIntake(allowed: boolean): void {
    this.reads = allowed;
  }

  /** A fetch brought `bytes`. */
  read(bytes: number): void {
    const memory = this.budget.take(bytes);
    this.open = { bytes: this.openBytes + bytes, memory: [...(this.open?.memory ?? []), memory] };
    if (this.plannedBytes > 0 && this.openBytes >= this.plannedBytes) this.closeLargest();
    this.intake.review();
  }

  /** The target answered the oldest batch; false when there is none. */
  settle(): boolean {
    const batch = this.pending.shift();
    for (const memory of batch?.memory ?? []) memory.release();
    this.intake.review();
    return batch !== undefined;
  }
}

/** Records are read in up to 750 bytes, the first mark is at 562. */
function setUp() {
  const budget = new MemoryBudget(1_500);
  const intake = new FairIntake(budget);
  const partition = (connector: string, plannedBytes?: number) =>
    new FakePartition(connector, budget, intake, plannedBytes);
  return { budget, intake, partition };
}

describe('FairIntake', () => {
  it('leaves everybody alone below the first mark', () => {
    const { partition } = setUp();
    const [a, b] = [partition('x'), partition('x')];
    a.read(500);
    b.read(60);
    expect([a.reads, b.reads, a.closings + b.closings]).toEqual([true, true, 0]);
  });

  it('above it lets those read that hold little, and sends something', () => {
    const { partition } = setUp();
    const [a, b] = [partition('x'), partition('x')];
    a.read(560);
    b.read(10);
    expect([a.reads, b.reads, a.closings, b.closings]).toEqual([false, true, 1, 0]);
  });

  it('at the bound nobody reads, and the largest open batches close until enough is on its way', () => {
    const { partition } = setUp();
    const [a, b, c] = [partition('x'), partition('x'), partition('x')];
    a.read(100);
    b.read(300);
    c.read(400);
    expect([a.reads, b.reads, c.reads]).toEqual([false, false, false]);
    expect([a.closings, b.closings, c.closings]).toEqual([0, 0, 1]);
    c.settle();
    expect([a.reads, b.reads, c.reads]).toEqual([true, true, true]);
  });

  it('takes a record larger than the whole budget', () => {
    const { budget, partition } = setUp();
    const [a, b] = [partition('x'), partition('y')];
    a.read(5_000);
    expect([a.reads, a.closings]).toEqual([false, 1]);
    expect(a.settle()).toBe(true);
    expect([budget.usedBytes, a.reads, b.reads]).toEqual([0, true, true]);
  });

  it('lets a connector read that holds nothing while a stalled one holds everything', () => {
    const { partition } = setUp();
    const stalled = partition('stalled');
    stalled.read(900);
    const [b, c] = [partition('well'), partition('well')];
    expect([stalled.reads, b.reads, c.reads]).toEqual([false, true, true]);
    b.read(50);
    expect([b.closings, b.reads, c.reads]).toEqual([1, false, false]);
    b.settle();
    expect([b.reads, c.reads]).toEqual([true, true]);
  });

  it('lets one partition at a time complete a batch that must not be closed early', () => {
    const { budget, partition } = setUp();
    const [a, b] = [partition('x', 1_200), partition('x', 1_200)];
    a.read(400);
    b.read(500);
    expect([a.reads, b.reads]).toEqual([false, true]);
    b.read(700);
    expect([b.pendingBytes, a.reads, b.reads]).toEqual([1_200, false, false]);
    b.settle();
    expect([a.reads, b.reads]).toEqual([true, true]);
    a.read(800);
    a.settle();
    expect(budget.usedBytes).toBe(0);
  });

  it('closes what may be closed before it lets anybody read beyond the bound', () => {
    const { partition } = setUp();
    const [planned, free] = [partition('x', 2_000), partition('x')];
    planned.read(700);
    free.read(100);
    expect([free.closings, planned.reads]).toEqual([1, false]);
    free.settle();
    expect(planned.reads).toBe(true);
  });

  it('does not count on a partition that is stopped', () => {
    const { partition } = setUp();
    const [stopped, b] = [partition('x', 5_000), partition('x', 5_000)];
    stopped.canRead = false;
    stopped.read(700);
    b.read(100);
    expect([stopped.reads, b.reads]).toEqual([false, true]);
  });

  it('resumes the others when the one that held most leaves', () => {
    const { partition, intake } = setUp();
    const [a, b] = [partition('x'), partition('x')];
    a.read(800);
    b.read(300);
    expect(b.reads).toBe(false);
    a.settle();
    intake.leave(a);
    expect(b.reads).toBe(true);
  });

  it('puts off what need not be decided at once, and stops those that read at the bound at once', () => {
    const budget = new MemoryBudget(1_500);
    const later: (() => void)[] = [];
    const intake = new FairIntake(budget, (decide) => later.push(decide));
    const [a, b] = [new FakePartition('x', budget, intake), new FakePartition('x', budget, intake)];
    const catchUp = () => {
      for (const decide of later.splice(0)) decide();
    };
    a.read(100);
    expect(later).toHaveLength(0);
    a.read(500);
    b.read(10);
    b.read(10);
    // One look for all of it.
    expect([later.length, a.reads, a.closings]).toEqual([1, true, 0]);
    catchUp();
    expect([a.reads, b.reads, a.closings]).toEqual([false, true, 1]);
    b.read(200);
    expect([later.length, b.reads]).toEqual([0, false]);
    a.settle();
    expect(b.reads).toBe(false);
    catchUp();
    expect([a.reads, b.reads]).toEqual([true, true]);
  });

  it('never comes to a standstill: whatever the order, somebody reads or something is on its way, for every connector', () => {
    const partitions = fc.array(
      fc.record({ connector: fc.constantFrom('x', 'y', 'z'), planned: fc.constantFrom(0, 0, 300, 3_000) }),
      { minLength: 1, maxLength: 8 },
    );
    const steps = fc.array(
      fc.record({ who: fc.nat(7), what: fc.constantFrom('read', 'read', 'settle', 'close'), bytes: fc.nat(600) }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(partitions, steps, (wanted, run) => {
        const { budget, intake, partition } = setUp();
        const all = wanted.map(({ connector, planned }) => partition(connector, planned));
        for (const { who, what, bytes } of run) {
          const one = all[who % all.length];
          if (what === 'read' && one?.reads) one.read(bytes + 1);
          if (what === 'settle') one?.settle();
          if (what === 'close' && one?.closeLargest()) intake.review();
          expect(budget.usedBytes).toBeGreaterThanOrEqual(0);
          for (const name of new Set(all.map(({ connector }) => connector))) {
            const own = all.filter(({ connector }) => connector === name);
            expect(own.some(({ reads, pending }) => reads || pending.length > 0)).toBe(true);
          }
        }
        // One connector's target stays stalled; the others' partitions come to their ends all the same.
        const moving = all.filter(({ connector }) => connector !== 'z');
        for (let round = 0; round < 200; round++) {
          for (const one of moving) {
            if (one.reads && one.openBytes > 0) one.read(100);
            one.closeLargest();
            one.settle();
          }
        }
        expect(moving.every(({ openBytes, pendingBytes }) => openBytes + pendingBytes === 0)).toBe(true);
        // One that settles may have another one close.
        while (all.some((one) => one.settle()));
        const left = all.reduce((sum, { openBytes }) => sum + openBytes, 0);
        expect(budget.usedBytes).toBe(left);
      }),
    );
  });
});
