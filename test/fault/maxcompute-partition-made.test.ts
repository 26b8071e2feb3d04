import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('partition created by somebody else meanwhile', [['maxcompute-partition-made', 0]], (played) => {
  expect(played.said.join()).toMatch(/^pt=stored-\d+$/);
  expect(grown(played, 'rows-apart', 'written')).toBeGreaterThanOrEqual(2 * 40);
  expect(grown(played, 'rows-apart', 'errant')).toBe(0);
  expect(played.logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(played.ends).toEqual([]);
});
