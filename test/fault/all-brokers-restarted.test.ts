import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('all brokers restarted', [['all-brokers-restarted', 0]], ({ logged, ends }) => {
  expect(logged['Kafka answers again']).toBeGreaterThan(0);
  expect(ends).toEqual([]);
});
