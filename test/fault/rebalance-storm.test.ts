import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('rebalance storm', [['long-rebalance-storm', 0]], ({ logged }) => {
  expect(logged['partitions revoked']).toBeGreaterThan(8);
  expect(logged['partitions assigned']).toBeGreaterThan(8);
});
