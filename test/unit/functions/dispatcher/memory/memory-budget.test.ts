import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';

describe('MemoryBudget', () => {
  it('counts what is held until the last holder lets go', () => {
    const budget = new MemoryBudget(100);
    const freed: number[] = [];
    budget.onFreed(() => freed.push(budget.usedBytes));
    const frame = budget.take(40);
    frame.retain();
    frame.release();
    expect([budget.usedBytes, freed]).toEqual([40, []]);
    frame.release();
    expect([budget.usedBytes, freed]).toEqual([0, [0]]);
  });

  it('counts requests and fetches apart, each until it ended', () => {
    const budget = new MemoryBudget(100);
    const sent = budget.request(30);
    const arrived = budget.expect(20);
    expect(budget.use).toEqual({ records: 0, requests: 30, fetches: 20 });
    expect([budget.usedBytes, budget.fits(50), budget.fits(51)]).toEqual([30, true, false]);
    sent();
    sent();
    arrived();
    arrived();
    expect(budget.use).toEqual({ records: 0, requests: 0, fetches: 0 });
  });

  it('is full when what is left is for fetches and requests', () => {
    const budget = new MemoryBudget(100);
    const most = budget.take(49);
    expect(budget.isFull).toBe(false);
    budget.take(1);
    expect(budget.isFull).toBe(true);
    most.release();
    expect(budget.isFull).toBe(false);
  });

  it('tells who frees memory behind memory', () => {
    const budget = new MemoryBudget(100);
    const frame = budget.take(50);
    const columns = budget.take(5, () => frame.release());
    columns.release();
    expect(budget.usedBytes).toBe(0);
  });
});
