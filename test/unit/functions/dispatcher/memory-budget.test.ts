import { describe, expect, it } from 'vitest';
import { type BudgetMember, MemoryBudget } from '../../../../functions/dispatcher/memory-budget.ts';

/** Holds bytes in open batches that become pending when closed. */
class FakeMember implements BudgetMember {
  paused = false;
  pending = 0;
  closings = 0;

  constructor(
    private readonly budget: MemoryBudget,
    readonly open: number[] = [],
  ) {}

  take(bytes: number): void {
    this.open.push(bytes);
    this.budget.change(bytes);
    this.budget.relieve();
  }

  settle(): void {
    const bytes = this.pending;
    this.pending = 0;
    this.budget.change(-bytes);
  }

  openBytes(): number {
    return this.open.reduce((sum, bytes) => sum + bytes, 0);
  }

  pendingBytes(): number {
    return this.pending;
  }

  closeLargest(): boolean {
    const largest = this.open.sort((a, b) => a - b).pop();
    if (largest === undefined) return false;
    this.closings++;
    this.pending += largest;
    return true;
  }

  pauseIntake(): void {
    this.paused = true;
  }

  resumeIntake(): void {
    this.paused = false;
  }
}

function twoMembers(limit: number): [MemoryBudget, FakeMember, FakeMember] {
  const budget = new MemoryBudget(limit);
  const [a, b] = [new FakeMember(budget), new FakeMember(budget)];
  budget.join(a);
  budget.join(b);
  return [budget, a, b];
}

describe('MemoryBudget', () => {
  it('leaves members alone below the bound', () => {
    const [budget, a, b] = twoMembers(100);
    a.take(60);
    b.take(39);
    expect([budget.usedBytes, budget.pressed, a.paused, b.paused, a.closings + b.closings]).toEqual([
      99,
      false,
      false,
      false,
      0,
    ]);
  });

  it('pauses all members at the bound and closes the largest open batch, whoever has it', () => {
    const [budget, a, b] = twoMembers(100);
    a.take(30);
    b.take(70);
    expect([budget.pressed, a.paused, b.paused]).toEqual([true, true, true]);
    expect([a.closings, b.closings]).toEqual([0, 1]);
  });

  it('resumes when enough is acked, and not before', () => {
    const [budget, a, b] = twoMembers(100);
    a.take(20);
    b.take(85);
    b.settle();
    expect([budget.usedBytes, budget.pressed, a.paused, b.paused]).toEqual([20, false, false, false]);
  });

  it('closes as many batches as it takes to get below the bound', () => {
    const [budget, a] = twoMembers(100);
    for (let i = 0; i < 10; i++) a.take(10);
    expect(a.pendingBytes()).toBeGreaterThanOrEqual(25);
    a.settle();
    expect(budget.pressed).toBe(false);
  });

  it('lets a record larger than the whole budget through', () => {
    const [budget, a, b] = twoMembers(100);
    a.take(1_000);
    expect(a.pendingBytes()).toBe(1_000);
    a.settle();
    expect([budget.usedBytes, b.paused]).toEqual([0, false]);
  });

  it('pauses a member that joins under pressure', () => {
    const [budget, a] = twoMembers(100);
    a.take(200);
    const late = new FakeMember(budget);
    budget.join(late);
    expect(late.paused).toBe(true);
    a.settle();
    expect(late.paused).toBe(false);
  });
});
