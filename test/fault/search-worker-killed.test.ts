import { expect } from 'vitest';
import { faultClass, grown } from './fault-class.ts';

const plays = [
  ['rebalance-storm', 0],
  ['kill-worker', 0],
  ['kill-worker', 1],
] as const;

faultClass('members come and go, workers are killed, beside a search server', plays, (played) => {
  expect(played.ends).toEqual(['SIGKILL', 'SIGKILL']);
  expect(played.logged['partitions revoked']).toBeGreaterThan(0);
  for (const connector of ['documents', 'documents-keyed'])
    expect(grown(played, connector, 'written')).toBeGreaterThan(50);
});
