import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('MaxCompute gone for a while, with sessions open', [['maxcompute-stopped', 0]], (played) => {
  expect(played.logged['MAXCOMPUTE_UNREACHABLE']).toBeGreaterThan(0);
  for (const connector of ['rows-once', 'rows-keyed']) expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(played.ends).toEqual([]);
});
