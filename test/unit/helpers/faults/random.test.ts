import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../fault/runner/random.ts';

const draw = (seed: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: 20 }, () => random.int(0, 1_000_000));
};

describe('random numbers of a seed', () => {
  it('come again with the seed, and others with another', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('reach both ends of a range and nothing beyond', () => {
    const random = seededRandom(1);
    const seen = new Set(Array.from({ length: 500 }, () => random.int(3, 6)));
    expect([...seen].sort()).toEqual([3, 4, 5, 6]);
  });

  it('do not change with what is drawn from a fork', () => {
    const rest = (draws: number) => {
      const random = seededRandom(5);
      const fork = random.fork();
      for (let i = 0; i < draws; i++) fork.next();
      return random.next();
    };
    expect(rest(0)).toBe(rest(9));
  });

  it('pick nothing from nothing', () => {
    expect(() => seededRandom(1).pick([])).toThrow(RangeError);
  });
});
