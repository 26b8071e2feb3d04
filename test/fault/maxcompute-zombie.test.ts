import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const play = ['maxcompute-zombie', 2] as const;

faultClass('worker asleep in the middle of a session of MaxCompute', [play], ({ said, logged, ends }) => {
  expect(said).toEqual([expect.stringMatching(/^worker \d, late upsert\.commit$/)]);
  expect(logged['the group forgot this member; its partitions are given up and it joins anew']).toBeGreaterThan(0);
  expect(ends).toEqual([]);
});
