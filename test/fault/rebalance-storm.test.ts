import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('rebalance storm', [['rebalance-storm', 0]], ({ logged }) => {
  expect(logged['partitions revoked']).toBeGreaterThan(3);
  expect(logged['partitions assigned']).toBeGreaterThan(3);
});
