import { describe, expect, it } from 'vitest';
import { SharedMemory } from '../../../shared/memory-account.ts';

describe('SharedMemory', () => {
  it('is freed once, when the last holder lets go', () => {
    let freed = 0;
    const memory = new SharedMemory(() => freed++);
    memory.retain();
    memory.release();
    expect(freed).toBe(0);
    memory.release();
    expect(freed).toBe(1);
  });

  it('refuses a holder too many or too few', () => {
    const memory = new SharedMemory(() => undefined);
    memory.release();
    expect(() => memory.release()).toThrow('released more often');
    expect(() => memory.retain()).toThrow('retained after');
  });
});

describe('discarded memory', () => {
  it('is not clean, whoever lets go last', () => {
    const clean: boolean[] = [];
    const memory = new SharedMemory((isClean) => clean.push(isClean));
    memory.retain();
    memory.discard();
    memory.release();
    expect(clean).toEqual([false]);
    new SharedMemory((isClean) => clean.push(isClean)).release();
    expect(clean).toEqual([false, true]);
  });
});
