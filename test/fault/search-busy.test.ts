import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

faultClass('search server killed, then refuses items with 429', [['search-busy', 0]], (played) => {
  expect(played.logged['ELASTICSEARCH_UNREACHABLE']).toBeGreaterThan(0);
  const refused = Number(/; (\d+) items of others refused/.exec(played.said.join())?.[1]);
  expect(refused).toBeGreaterThan(0);
  // Ours, too: those alone were sent again.
  expect(played.logged['ELASTICSEARCH_THROTTLED']).toBeGreaterThan(0);
  for (const connector of ['documents', 'documents-keyed'])
    expect(grown(played, connector, 'written')).toBeGreaterThan(50);
  expect(played.ends).toEqual([]);
});
