import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['search-reply-lost', 0],
  ['search-reply-lost', 1],
  ['search-garbage', 0],
  ['search-garbage', 1],
] as const;

faultClass('search server hangs, having written or not, and answers garbage', plays, ({ said, logged, ends }) => {
  expect(said).toEqual(['no-answers', 'silent', 'garbage', 'truncate'].map((kind) => `search server: ${kind}`));
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
  expect(logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(ends).toEqual([]);
});
