import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['maxcompute-reply-lost', 0],
  ['maxcompute-reply-lost', 2],
] as const;

faultClass('MaxCompute commits, and the reply is lost or late', plays, (played) => {
  expect(played.said.join('; ')).toMatch(/drop-after; .*delay-before$/);
  expect(played.logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
  for (const connector of ['rows-once', 'rows-keyed']) expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.ends).toEqual([]);
});
