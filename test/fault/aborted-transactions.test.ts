import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass(
  'transactional producer with aborted transactions under read_committed',
  [['open-transaction', 0]],
  (played) => {
    expect(played.said).toEqual(['aborted at the end']);
    // What was aborted and yet written would be a violation; what was committed is there.
    expect(grown(played, 'objects-committed', 'written')).toBeGreaterThan(0);
  },
);
