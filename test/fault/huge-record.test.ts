import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('record of 20 MB', [['huge-record', 0]], (played) => {
  // Five from the fault and the last of the check: all of them are written.
  expect(grown(played, 'objects-apart', 'written')).toBeGreaterThanOrEqual(5);
  expect(played.ends).toEqual([]);
});
