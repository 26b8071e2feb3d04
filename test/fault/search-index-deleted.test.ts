import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['search-index-deleted', 0],
  ['search-index-deleted', 1],
] as const;
/** What each play sends after it deleted the index. */
const AFTER = 2 * 120;

faultClass('index deleted in mid-run', plays, (played) => {
  expect(played.said).toEqual([
    'documents-apart deleted, and made anew by the server',
    'documents-apart deleted, and not made until somebody does',
  ]);
  // The second play deletes what the first left.
  expect(played.after['documents-apart']?.written).toBeGreaterThanOrEqual(AFTER);
  expect(grown(played, 'documents-apart', 'errant')).toBe(0);
  expect(played.logged['ELASTICSEARCH_INDEX_MISSING']).toBeGreaterThan(0);
  expect(played.logged['the task runs again']).toBeGreaterThan(0);
  expect(played.ends).toEqual([]);
});
