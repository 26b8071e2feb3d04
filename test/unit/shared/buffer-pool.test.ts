import { describe, expect, it, onTestFinished } from 'vitest';
import { BufferPool, poisonGivenBack } from '../../../shared/buffer-pool.ts';

const MIB = 1024 * 1024;
const sizeFor = (bytes: number) => Math.ceil(bytes / MIB) * MIB;

describe('BufferPool', () => {
  it('gives the memory that came back again, at exactly the size asked for', () => {
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0.5, sizeFor });
    const first = pool.take(3 * MIB - 5);
    expect(first.length).toBe(3 * MIB - 5);
    pool.giveBack(first.subarray(100));
    expect(pool.freeBytes).toBe(3 * MIB);
    const second = pool.take(2 * MIB);
    expect([second.buffer === first.buffer, second.length, pool.freeBytes]).toEqual([true, 2 * MIB, 0]);
  });

  it('never gives the same memory to two', () => {
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0, sizeFor });
    const one = pool.take(MIB);
    pool.giveBack(one);
    pool.giveBack(one);
    expect(pool.take(MIB).buffer).not.toBe(pool.take(MIB).buffer);
  });

  it('does not hold a large buffer for a small need, where that may take long', () => {
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0.5, sizeFor });
    const large = pool.take(4 * MIB);
    pool.giveBack(large);
    expect(pool.take(MIB).buffer).not.toBe(large.buffer);
    expect(pool.take(3 * MIB).buffer).toBe(large.buffer);
  });

  it('keeps the largest when there is too much', () => {
    const pool = new BufferPool({ maxFreeBytes: 4 * MIB, leastFilled: 0, sizeFor });
    const [small, large] = [pool.take(MIB), pool.take(4 * MIB)];
    pool.giveBack(small);
    pool.giveBack(large);
    expect(pool.freeBytes).toBe(4 * MIB);
    expect(pool.take(MIB).buffer).toBe(large.buffer);
  });

  it('keeps its part only, when several share', () => {
    const pool = new BufferPool({ maxFreeBytes: 8 * MIB, leastFilled: 0, sizeFor });
    pool.shareAmong(4);
    for (const buffer of [1, 2, 3].map(() => pool.take(MIB))) pool.giveBack(buffer);
    expect(pool.freeBytes).toBe(2 * MIB);
  });

  it('replaces one that is too small instead of keeping both', () => {
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0, sizeFor });
    pool.giveBack(pool.take(MIB));
    const larger = pool.take(2 * MIB);
    expect(pool.freeBytes).toBe(0);
    pool.giveBack(larger);
    expect(pool.freeBytes).toBe(2 * MIB);
  });

  it('makes one that is too small grow, where that can be', () => {
    const grow = (buffer: Buffer, bytes: number) => (bytes > 4 * MIB ? undefined : Buffer.alloc(bytes, buffer));
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0, sizeFor, grow });
    pool.giveBack(pool.take(MIB).fill('x'));
    pool.giveBack(pool.take(2 * MIB).fill('y'));
    const grown = pool.take(3 * MIB - 1);
    expect([grown.length, String(grown.subarray(0, 1)), pool.freeBytes]).toEqual([3 * MIB - 1, 'y', 0]);
    pool.giveBack(grown);
    expect(pool.freeBytes).toBe(3 * MIB);
    expect(pool.take(5 * MIB).buffer).not.toBe(grown.buffer);
    expect(pool.freeBytes).toBe(0);
  });

  it.each([1_000, 3 * MIB])(
    'overwrites one of %i bytes that comes back, all of it, where that is asked for',
    (bytes) => {
      onTestFinished(poisonGivenBack());
      const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0, sizeFor });
      const given = pool.take(bytes).fill('x');
      const inUse = pool.take(bytes).fill('y');
      pool.giveBack(given.subarray(bytes - 1));
      expect([given.equals(Buffer.alloc(bytes, 0xdb)), inUse.equals(Buffer.alloc(bytes, 'y'))]).toEqual([true, true]);
      expect(pool.take(bytes).buffer).toBe(given.buffer);
    },
  );

  it('leaves small ones, and those of others, alone', () => {
    const pool = new BufferPool({ maxFreeBytes: 10 * MIB, leastFilled: 0, sizeFor });
    pool.giveBack(pool.take(1_000));
    pool.giveBack(Buffer.allocUnsafe(MIB));
    expect(pool.freeBytes).toBe(0);
  });
});
