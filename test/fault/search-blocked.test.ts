import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['search-blocked', 0],
  ['search-blocked', 1],
  ['search-blocked', 2],
] as const;

faultClass('index read-only or closed', plays, ({ said, logged, ends }) => {
  expect(said).toEqual(['index.blocks.read_only_allow_delete', 'index.blocks.write', 'closed']);
  expect(logged['ELASTICSEARCH_BLOCKED']).toBeGreaterThan(0);
  expect(logged['ELASTICSEARCH_INDEX_CLOSED']).toBeGreaterThan(0);
  expect(ends).toEqual([]);
});
