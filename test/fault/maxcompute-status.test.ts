import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['maxcompute-status', 0],
  ['maxcompute-status', 1],
  ['maxcompute-status', 2],
] as const;

faultClass('MaxCompute answers 429 and 502, or resets connections', plays, (played) => {
  const said = played.said.join('; ');
  for (const text of ['429', '502', 'drop-before']) expect(said).toContain(`MaxCompute: ${text}`);
  for (const code of ['MAXCOMPUTE_THROTTLED', 'MAXCOMPUTE_UNAVAILABLE', 'MAXCOMPUTE_UNREACHABLE'])
    expect(played.logged[code], code).toBeGreaterThan(0);
  for (const connector of ['rows-once', 'rows-keyed']) expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.logged['the task failed; its offsets stay'] ?? 0).toBe(0);
  expect(played.ends).toEqual([]);
});
