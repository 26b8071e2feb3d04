import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

// That it is killed is part of `search-busy.test.ts`.
faultClass('search server stopped and started', [['search-stopped', 1]], (played) => {
  expect(played.said).toEqual(['SIGTERM to the search server']);
  expect(played.logged['the target cannot be reached; calls are held back, one at a time probes it']).toBeGreaterThan(
    0,
  );
  expect(played.logged['the target is reached again; calls go through']).toBeGreaterThan(0);
  for (const connector of ['documents', 'documents-keyed'])
    expect(grown(played, connector, 'written')).toBeGreaterThan(50);
  expect(played.ends).toEqual([]);
});
