import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['fc-cold-start', 0],
  ['fc-status', 0],
  ['fc-answer-lost', 0],
] as const;

faultClass('Function Compute starts cold, answers 429 for a while, and loses answers', plays, (played) => {
  const said = played.said.join('; ');
  for (const text of ['cold starts of 6000 ms', '429', 'drop-after']) expect(said).toContain(text);
  for (const code of ['INVOKE_TIMEOUT', 'FC_THROTTLED', 'TARGET_UNREACHABLE'])
    expect(played.logged[code], code).toBeGreaterThan(0);
  for (const connector of ['function-fc', 'objects-fc'])
    expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(played.ends).toEqual([]);
});
