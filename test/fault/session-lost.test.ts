import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('session times out during a slow write', [['zombie-worker', 0]], ({ said, logged, ends }) => {
  expect(said.join()).toContain('writes take');
  expect(logged['the group forgot this member; its partitions are given up and it joins anew']).toBeGreaterThan(0);
  expect(ends).toEqual([]);
});
