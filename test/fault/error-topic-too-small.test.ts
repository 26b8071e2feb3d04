import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('error topic too small for the record', [['error-topic-too-small', 0]], (played) => {
  expect(played.logged['the error topic cannot be written; nothing is acked and the partition waits']).toBeGreaterThan(
    0,
  );
  expect(grown(played, 'objects-apart', 'errant')).toBeGreaterThanOrEqual(6);
});
