/** A program: the MaxCompute stand-in, without the service's limits. Tells its parent where it is. */
import { startMaxCompute } from '../../../infra/local/maxcompute/server.ts';
import type { StandInPlace } from '../maxcompute/upload-plan.ts';

const [dir = '', accessId = '', accessKey = ''] = process.argv.slice(2);
const MANY = 1_000_000;

const server = await startMaxCompute({
  dir,
  credentials: [{ accessId, accessKey }],
  quotas: {
    sessionsPerFiveMinutes: MANY,
    blocksPerFiveMinutes: MANY,
    commitsPerFifteenSeconds: MANY,
    commitsAtOnce: MANY,
  },
});
const { endpoint, project } = server;
process.send?.({ endpoint, project } satisfies StandInPlace);
// The count of a table's rows, which are then forgotten.
process.on('message', (table: string) => {
  const [, count = ''] = server.runSql(`SELECT COUNT(*) FROM ${table};`).trim().split('\n');
  server.runSql(`DROP TABLE ${table};`);
  process.send?.(Number(count.replaceAll('"', '')));
});
process.on('disconnect', () => process.exit());
