import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['fc-time-out', 0],
  ['fc-killed', 0],
] as const;

faultClass('functions at Function Compute end by their time limit, or are killed, in mid-batch', plays, (played) => {
  for (const code of ['FUNCTION_FAILED', 'SINK_FUNCTION_FAILED']) expect(played.logged[code], code).toBeGreaterThan(0);
  for (const connector of ['function-fc', 'objects-fc'])
    expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  // The user's function had taken half of a batch, and gets it again; objects are the same ones again.
  expect(grown(played, 'function-fc', 'duplicates')).toBeGreaterThan(0);
  expect(grown(played, 'objects-fc', 'duplicates')).toBe(0);
  expect(played.logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(played.ends).toEqual([]);
});
