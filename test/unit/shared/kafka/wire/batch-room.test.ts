import fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { BufferPool, poisonGivenBack } from '../../../../../shared/buffer-pool.ts';
import { BatchRoom } from '../../../../../shared/kafka/wire/batch-room.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const PACKED = 4;

let account: MemoryBudget;
let pool: BufferPool;
let taken: number[];
let room: BatchRoom;

beforeEach(() => {
  account = new MemoryBudget(1_000 * MIB);
  taken = [];
  const step = 256 * KIB;
  pool = new BufferPool({
    maxFreeBytes: 1_000 * MIB,
    leastFilled: 0.5,
    sizeFor: (bytes) => Math.ceil(bytes / step) * step,
  });
  const recorded = {
    take: (bytes: number) => {
      taken.push(bytes);
      return pool.take(bytes);
    },
    giveBack: (bytes: Buffer) => pool.giveBack(bytes),
  };
  room = new BatchRoom({ account, pool: recorded });
});

/** Puts a batch down in one piece, and holds it.
 *  @param behind packed bytes of the batches after it */
function batchOf(bytes: number, behind: number) {
  room.begin(bytes / PACKED, behind);
  room.put(Buffer.alloc(bytes, 'x'));
  const batch = room.end();
  room.memory?.retain();
  return { batch, memory: room.memory };
}

describe('BatchRoom', () => {
  it('puts the batches of a fetch into one buffer, which goes back when the last of them is let go', () => {
    const [one, two, three] = [batchOf(250 * KIB, MIB), batchOf(250 * KIB, MIB), batchOf(400 * KIB, 0)];
    expect(new Set([one, two, three].map(({ batch }) => batch.buffer)).size).toBe(1);
    expect([taken, account.usedBytes]).toEqual([[MIB], MIB]);
    room.close();
    two.memory?.release();
    one.memory?.release();
    expect([pool.freeBytes, account.usedBytes]).toEqual([0, MIB]);
    three.memory?.release();
    expect([pool.freeBytes, account.usedBytes]).toEqual([MIB, 0]);
  });

  it('leaves a buffer to the garbage collector when one of its batches may still be read', () => {
    const [one, two] = [batchOf(250 * KIB, MIB), batchOf(250 * KIB, MIB)];
    room.close();
    one.memory?.discard();
    two.memory?.release();
    expect([pool.freeBytes, account.usedBytes]).toEqual([0, 0]);
  });

  it('takes no more for a few small batches than they have', () => {
    const batches = [batchOf(20 * KIB, 10 * KIB), batchOf(20 * KIB, 5 * KIB), batchOf(20 * KIB, 0)];
    expect(taken).toEqual([20 * KIB, 20 * KIB, 20 * KIB]);
    expect(account.usedBytes).toBe(60 * KIB);
    room.close();
    for (const { memory } of batches) memory?.release();
    expect([pool.freeBytes, account.usedBytes]).toEqual([0, 0]);
  });

  it('takes no more than is left to be opened', () => {
    batchOf(100 * KIB, 75 * KIB);
    expect(taken).toEqual([400 * KIB]);
  });

  it('uses the buffer again whose batches were let go before it is full', () => {
    const first = batchOf(900 * KIB, MIB);
    first.memory?.release();
    const second = batchOf(900 * KIB, MIB);
    expect(second.batch.buffer).toBe(first.batch.buffer);
    expect(account.usedBytes).toBe(MIB);
  });

  it('moves a batch that outgrows its buffer, and gives back what it leaves', () => {
    room.begin(100, 0);
    for (let i = 0; i < 40; i++) room.put(Buffer.alloc(MIB, i));
    const batch = room.end();
    expect(batch.length).toBe(40 * MIB);
    expect(Array.from({ length: 40 }, (_, i) => batch[i * MIB + 7])).toEqual(Array.from({ length: 40 }, (_, i) => i));
    expect(taken.length).toBeLessThan(10);
    expect(account.usedBytes).toBe(taken.at(-1));
    room.close();
    expect([account.usedBytes, pool.freeBytes > 0]).toEqual([0, true]);
  });

  it('forgets a batch that was not ended', () => {
    batchOf(100 * KIB, MIB).memory?.release();
    room.begin(100 * KIB, MIB);
    room.put(Buffer.alloc(100 * KIB, 'y'));
    const { batch } = batchOf(50 * KIB, MIB);
    expect([batch.byteOffset, batch.equals(Buffer.alloc(50 * KIB, 'x'))]).toEqual([100 * KIB, true]);
  });

  describe('keeps what a package opened', () => {
    it('as it is, uncounted, where it is little', () => {
      const opened = Buffer.from('little');
      room.begin(3, 100);
      expect(room.keep(opened)).toBe(opened);
      expect([room.memory, account.usedBytes]).toEqual([undefined, 0]);
    });

    it('as a copy with others where it is much', () => {
      const opened = Buffer.alloc(300 * KIB, 'z');
      room.begin(75 * KIB, 75 * KIB);
      const [one, two] = [room.keep(opened), room.keep(opened)];
      expect([one.equals(opened), two.equals(opened), one.buffer === two.buffer]).toEqual([true, true, true]);
      expect(one.buffer).not.toBe(opened.buffer);
      expect(taken).toEqual([600 * KIB]);
    });

    it('as it is, where there is no pool', () => {
      const opened = Buffer.alloc(MIB, 'z');
      const without = new BatchRoom({ account });
      without.begin(1, 0);
      expect(without.keep(opened)).toBe(opened);
    });
  });

  it('never gives what is held to be written over, in whatever order batches are let go', () => {
    onTestFinished(poisonGivenBack());
    const batches = fc.array(
      fc.record({
        pieces: fc.array(fc.integer({ min: 0, max: 700 * KIB }), { minLength: 1, maxLength: 3 }),
        /** How many batches later it is let go. */
        heldFor: fc.nat({ max: 6 }),
        isLeft: fc.boolean(),
      }),
      { maxLength: 25 },
    );
    fc.assert(
      fc.property(batches, fc.nat({ max: 4 * MIB }), (sequence, behind) => {
        const held: { until: number; mark: number; batch: Buffer; release: () => void }[] = [];
        const letGo = (now: number) => {
          for (const one of held.filter(({ until }) => until <= now)) {
            expect(one.batch.every((byte) => byte === one.mark)).toBe(true);
            one.release();
            held.splice(held.indexOf(one), 1);
          }
        };
        sequence.forEach(({ pieces, heldFor, isLeft }, i) => {
          const mark = 1 + (i % 100);
          room.begin(1 + Math.floor(pieces.reduce((sum, bytes) => sum + bytes, 0) / PACKED), behind);
          for (const bytes of pieces) room.put(Buffer.alloc(bytes, mark));
          if (isLeft) return;
          const batch = room.end();
          const { memory } = room;
          memory?.retain();
          held.push({ until: i + heldFor, mark, batch, release: () => memory?.release() });
          letGo(i);
        });
        room.close();
        letGo(Number.POSITIVE_INFINITY);
        expect(account.usedBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
