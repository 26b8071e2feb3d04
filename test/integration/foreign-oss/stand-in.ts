/** The stand-in that foreign clients talk to: two buckets, a key pair, and temporary credentials. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { startOss } from '../../../infra/local/oss/server.ts';
import type { OssTarget } from '../../helpers/foreign/program.ts';

const PAIR = { accessKeyId: 'LTAI5tForeignClients', accessKeySecret: 'secret-of-the-test' };
const TEMPORARY = {
  accessKeyId: 'STS.NForeignClients',
  accessKeySecret: 'temporary-secret',
  // Of the alphabet that real tokens have, which must survive headers and addresses.
  securityToken: 'CAIS+temporary/token==',
};
const BUCKET = 'foreign-clients';
const VERSIONED_BUCKET = 'foreign-clients-versioned';

const HOUR_MS = 3_600_000;

/** How far the second stand-in's clock is off; the service allows 15 minutes. Away from midnight: on another day, the service refuses the
 *  signing date of version 4 before it looks at the time. */
const SKEW_MS = new Date().getUTCHours() < 12 ? HOUR_MS : -HOUR_MS;

/** Starts two stand-ins for all tests of a file, one of them with another time; call it at the file's top level. The answer may be called
 *  inside of tests only. */
export function standInForFile(): () => OssTarget {
  let target: OssTarget | undefined;
  const stopping: (() => Promise<void>)[] = [];
  const start = async (clock: () => number) => {
    const dir = await mkdtemp(join(tmpdir(), 'spillway-oss-'));
    const oss = await startOss({ dir, clock, credentials: [PAIR, TEMPORARY], buckets: [BUCKET, VERSIONED_BUCKET] });
    stopping.push(async () => {
      await oss.close();
      await rm(dir, { recursive: true, force: true });
    });
    return oss;
  };
  beforeAll(async () => {
    const { endpoint, region } = await start(Date.now);
    const { endpoint: skewedEndpoint } = await start(() => Date.now() + SKEW_MS);
    const buckets = { bucket: BUCKET, versionedBucket: VERSIONED_BUCKET };
    target = { endpoint, skewedEndpoint, region, ...buckets, ...PAIR, temporary: TEMPORARY };
  });
  afterAll(async () => {
    for (const stop of stopping) await stop();
  });
  return () => {
    if (target === undefined) throw new Error('the stand-in has not started');
    return target;
  };
}
