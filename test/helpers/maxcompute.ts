/** A MaxCompute of its own for a test: a stand-in in a temporary folder, with a key pair. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  type MaxComputeServer,
  type MaxComputeServerOptions,
  startMaxCompute,
} from '../../infra/local/maxcompute/server.ts';

/** The key pair of every stand-in that tests start. */
export const MAXCOMPUTE_KEYS = { accessId: 'LTAI5tMaxCompute', accessKey: 'secret-of-the-test' };

/** The table that the managed connector writes to, with its time column and one for headers. */
const KAFKA_TABLE = `(topic STRING, \`partition\` BIGINT, \`offset\` BIGINT, key STRING, value STRING, insert_time BIGINT, headers STRING)
  PARTITIONED BY (pt STRING)`;

export interface StartedMaxCompute {
  readonly server: MaxComputeServer;
  /** Where its tables lie. */
  readonly dir: string;
  /** Name of the table that was made. */
  readonly table: string;
  /** What a connector needs to reach it, by key. */
  readonly settings: Readonly<Record<string, string>>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface MaxComputeOrder extends Partial<MaxComputeServerOptions> {
  /** Name of the table to make; `orders` by default. */
  readonly table?: string;
  /** What stands behind its name in `CREATE TABLE`; `KAFKA_TABLE` by default. */
  readonly columns?: string;
}

/** Starts one; the caller stops it. */
export async function startedMaxCompute(order: MaxComputeOrder = {}): Promise<StartedMaxCompute> {
  const { table = 'orders', columns = KAFKA_TABLE, ...options } = order;
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'spillway-maxcompute-')));
  const server = await startMaxCompute({ credentials: [MAXCOMPUTE_KEYS], ...options, dir });
  server.runSql(`CREATE TABLE IF NOT EXISTS ${table} ${columns};`);
  const settings = {
    'maxcompute.endpoint': server.endpoint,
    'maxcompute.project': server.project,
    'maxcompute.table': table,
    'maxcompute.access.id': MAXCOMPUTE_KEYS.accessId,
    'maxcompute.access.key': MAXCOMPUTE_KEYS.accessKey,
  };
  const stop = async () => {
    await server.close();
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  return { server, dir, table, settings, stop };
}

/** Starts one that is stopped when the test is finished. Call it from inside a test. */
export async function setupMaxCompute(order: MaxComputeOrder = {}): Promise<StartedMaxCompute> {
  const started = await startedMaxCompute(order);
  onTestFinished(() => started.stop());
  return started;
}
