import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass(
  'partition count raised',
  [
    ['partitions-raised', 0],
    ['partitions-raised', 0],
  ],
  (played) => {
    expect(played.said.join('; ')).toMatch(/from 1 to 2 partitions; .*from 2 to 3 partitions/);
    // 60 to partition 0 each time, 60 to each new partition.
    expect(grown(played, 'objects-apart', 'written')).toBeGreaterThanOrEqual(240);
    expect(played.logged['topics or partitions changed']).toBeGreaterThan(0);
  },
);
