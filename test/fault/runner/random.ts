/** Random numbers that a seed repeats. Source of the generator: mulberry32, public domain, by Tommy Ettinger. */
export interface Random {
  /** From 0 (inclusive) to 1 (exclusive). */
  next(): number;
  /** A whole number from `low` to `high`, both inclusive. */
  int(low: number, high: number): number;
  /** @throws RangeError when there is nothing to pick from */
  pick<T>(from: readonly T[]): T;
  /** One of its own: how much is drawn from it changes nothing here. */
  fork(): Random;
}

/** The sequence of `seed`, of which the lower 32 bits count. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick: (from) => {
      const picked = from[int(0, from.length - 1)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    fork: () => seededRandom(int(0, 2 ** 32 - 1)),
  };
}

/** Nothing is left to chance: always number `index` of what there is to pick from, the middle of a range, and nothing that happens rarely. */
export function fixedRandom(index: number): Random {
  const fixed: Random = {
    next: () => 0.99,
    int: (low, high) => Math.floor((low + high) / 2),
    pick: (from) => {
      const picked = from[index % from.length];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    fork: () => fixed,
  };
  return fixed;
}
