import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass(
  'retention overtakes the position',
  [
    ['retention', 0],
    ['retention', 0],
  ],
  (played) => {
    const gone = played.said.map((text) => Number(/(\d+) records that nobody had read/.exec(text)?.[1]));
    expect(gone.every((count) => count > 0)).toBe(true);
    // Exactly what Kafka deleted, as the worker's log says it.
    expect(grown(played, 'objects-apart', 'gap')).toBe(gone.reduce((sum, count) => sum + count, 0));
  },
);
