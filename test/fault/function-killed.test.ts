import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass('function killed in mid-batch', [['function-killed', 0]], (played) => {
  expect(played.logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
  expect(played.after['function']?.duplicates).toBeGreaterThan(played.before['function']?.duplicates ?? 0);
});
