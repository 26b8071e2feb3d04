import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('error topic missing', [['error-topic-missing', 0]], (played) => {
  expect(played.said).toEqual(['connect-error-objects-apart is deleted']);
  // One before it was deleted, five that waited until it was there again.
  expect(grown(played, 'objects-apart', 'errant')).toBeGreaterThanOrEqual(6);
  expect(played.ends).toEqual([]);
});
