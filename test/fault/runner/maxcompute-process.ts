/** The MaxCompute stand-in as a process of its own, with its tables: `node maxcompute-process.mjs DIR PORT`. Ends when it is killed. */
import { startMaxCompute } from '../../../infra/local/maxcompute/server.ts';
import { MAXCOMPUTE_KEYS, PROJECT, TABLES } from './maxcompute-account.ts';

/** Batches are small here, and workers begin anew: more sessions than the service allows one table. */
const QUOTAS = { sessionsPerFiveMinutes: 5_000, blocksPerFiveMinutes: 5_000, commitsPerFifteenSeconds: 500 };

const [dir = '', port = ''] = process.argv.slice(2);
const server = await startMaxCompute({
  dir,
  port: Number(port),
  project: PROJECT,
  credentials: [MAXCOMPUTE_KEYS],
  quotas: QUOTAS,
  // The stricter of what the service may do.
  onOldSchema: 'refuse',
});
for (const [name, columns] of Object.entries(TABLES)) server.runSql(`CREATE TABLE IF NOT EXISTS ${name} ${columns};`);
process.stderr.write('ready\n');
