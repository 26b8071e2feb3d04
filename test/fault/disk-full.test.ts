import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('disk full at the target', [['disk-full', 0]], ({ said, logged }) => {
  expect(said.join()).toMatch(/of an object and no more|says so/);
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
});
