import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['maxcompute-column-added', 1],
  ['maxcompute-column-added', 3],
] as const;

faultClass('column added in mid-run', plays, (played) => {
  expect(played.said).toEqual(['rows_once, before upload.commit', 'rows_keyed, before upsert.commit']);
  expect(played.logged['MAXCOMPUTE_SCHEMA_MODIFIED']).toBeGreaterThanOrEqual(plays.length);
  for (const connector of ['rows-once', 'rows-keyed']) expect(grown(played, connector, 'written')).toBeGreaterThan(20);
  expect(played.ends).toEqual([]);
});
