import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('broker leader killed and restarted', [['leader-killed', 0]], ({ said, ends }) => {
  expect(said.join()).toContain('leader of orders');
  // Workers stay, and find the new leader.
  expect(ends).toEqual([]);
});
