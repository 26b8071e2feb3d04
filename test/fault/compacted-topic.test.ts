import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('compacted topic with gaps', [['compacted', 0]], (played) => {
  const gone = Number(/^(\d+) of 500/.exec(played.said[0] ?? '')?.[1]);
  expect(gone).toBeGreaterThan(400);
  const written = grown(played, 'objects-apart', 'written');
  expect(written).toBeGreaterThanOrEqual(501 - gone);
  // Offsets that are no more are no gap: Kafka dropped what newer records replaced.
  expect(grown(played, 'objects-apart', 'gap')).toBe(0);
});
