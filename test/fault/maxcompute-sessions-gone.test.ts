import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['maxcompute-sessions-gone', 0],
  ['maxcompute-sessions-gone', 1],
] as const;

faultClass('upload sessions gone before and after their commit', plays, (played) => {
  expect(played.said).toEqual(['expire before a commit', 'forget after a commit']);
  // The table was asked, for those that were committed and those that were not.
  expect(played.logged['the upload session is gone; its rows were looked for']).toBeGreaterThanOrEqual(plays.length);
  for (const connector of ['rows-once', 'rows-keyed']) expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.ends).toEqual([]);
});
