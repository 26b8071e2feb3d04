import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['target-garbage', 0],
  ['target-garbage', 1],
] as const;

faultClass('target answers garbage', plays, ({ said, logged }) => {
  expect(said).toEqual(['OSS', 'function']);
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
});
