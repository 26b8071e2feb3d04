import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['clock-jump', 2],
  ['clock-jump', 6],
  ['clock-jump', 5],
] as const;

faultClass('clock jumps', plays, ({ said, logged }) => {
  expect(said).toEqual(['-10 minutes', '16 minutes', '10 minutes']);
  // Only past a quarter of an hour does OSS refuse the signatures.
  expect(logged['OSS_CLOCK_SKEWED']).toBeGreaterThan(0);
});
