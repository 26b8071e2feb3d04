import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Aging, DueLooks } from '../../../../functions/dispatcher/due-looks.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const LINGER_MS = 1_000;

/** A partition of which one batch is open at most. */
class FakePartition implements Aging {
  openedAt: number | undefined;
  ticks = 0;
  /** How old each batch was when it was closed for its age. */
  readonly ages: number[] = [];

  get openBytes(): number {
    return this.openedAt === undefined ? 0 : 100;
  }

  tick(now: number): void {
    this.ticks++;
    if (this.openedAt === undefined) return;
    // As the batcher: the clock was set back.
    this.openedAt = Math.min(this.openedAt, now);
    if (now - this.openedAt < LINGER_MS) return;
    this.ages.push(now - this.openedAt);
    this.openedAt = undefined;
  }
}

function setUp(count = 1, lingerMs = LINGER_MS) {
  const clock = new ManualClock();
  const looks = new DueLooks(clock, lingerMs);
  const partitions = Array.from({ length: count }, () => new FakePartition());
  const open = (partition: FakePartition | undefined) => {
    if (partition === undefined) throw new Error('no such partition');
    partition.openedAt ??= clock.now();
    looks.watch(partition);
  };
  return { clock, looks, partitions, open };
}

describe('DueLooks', () => {
  it('has a lone record wait for the linger and no longer', async () => {
    const { clock, partitions, open } = setUp();
    open(partitions[0]);
    await clock.advance(LINGER_MS - 1);
    expect(partitions[0]?.ticks).toBe(0);
    await clock.advance(1);
    expect([partitions[0]?.ticks, partitions[0]?.ages]).toEqual([1, [LINGER_MS]]);
  });

  it('sets no timer that Node.js would let go off at once', async () => {
    const longest = 2 ** 31 - 1;
    const { clock, partitions, open } = setUp(1, longest + 5_000);
    const asked: number[] = [];
    const arm = clock.after.bind(clock);
    Object.assign(clock, {
      after: (ms: number, callback: () => void) => {
        asked.push(ms);
        return arm(ms, callback);
      },
    });
    open(partitions[0]);
    await clock.advance(longest);
    expect([asked, partitions[0]?.ticks]).toEqual([[longest, 5_000], 0]);
    await clock.advance(5_000);
    expect(partitions[0]?.ticks).toBe(1);
  });

  it('arms nothing and looks at nothing where nothing is open', async () => {
    const { clock, looks, partitions, open } = setUp(1_000);
    for (const partition of partitions) looks.watch(partition);
    expect(clock.waiting).toBe(0);
    open(partitions[7]);
    expect(clock.waiting).toBe(1);
    await clock.advance(60_000);
    expect(partitions.reduce((sum, { ticks }) => sum + ticks, 0)).toBe(1);
    expect(clock.waiting).toBe(0);
  });

  it('closes what was opened later within 30 ms of its time', async () => {
    const due = fc.array(fc.record({ who: fc.nat(9), afterMs: fc.nat(400) }), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(due, async (arrivals) => {
        const { clock, partitions, open } = setUp(10);
        for (const { who, afterMs } of arrivals) {
          await clock.advance(afterMs);
          const partition = partitions[who];
          // Now and then the open batch was closed by its size, and the next one is younger than was thought.
          if (partition !== undefined && afterMs % 3 === 0) partition.openedAt = undefined;
          open(partition);
        }
        await clock.advance(LINGER_MS + 30);
        for (const { openedAt, ages } of partitions) {
          expect(openedAt).toBeUndefined();
          for (const age of ages) expect(age).toBeLessThanOrEqual(LINGER_MS + 30);
        }
        expect(clock.waiting).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('looks at many that are due one after the other in few turns', async () => {
    const { clock, partitions, open } = setUp(1_000);
    for (const partition of partitions) {
      open(partition);
      await clock.advance(1);
    }
    let turns = 0;
    const after = clock.after.bind(clock);
    clock.after = (ms, callback) => {
      turns++;
      return after(ms, callback);
    };
    await clock.advance(LINGER_MS);
    expect(partitions.every(({ ages }) => ages.length === 1)).toBe(true);
    expect(turns).toBeLessThanOrEqual(LINGER_MS / 5);
  });

  it('is not put off by a clock that is set back', async () => {
    const { clock, partitions, open } = setUp(3);
    open(partitions[0]);
    await clock.advance(500);
    open(partitions[1]);
    clock.setBack(3_600_000);
    await clock.advance(100);
    open(partitions[2]);
    await clock.advance(3 * LINGER_MS);
    for (const { ages } of partitions) expect(ages).toHaveLength(1);
  });

  it('forgets a partition that goes, and ends', async () => {
    const { clock, looks, partitions, open } = setUp(2);
    const [gone, other] = partitions;
    open(gone);
    open(other);
    if (gone !== undefined) looks.forget(gone);
    await clock.advance(LINGER_MS);
    expect([gone?.ticks, other?.ticks]).toEqual([0, 1]);
    open(other);
    looks.stop();
    expect(clock.waiting).toBe(0);
  });
});
