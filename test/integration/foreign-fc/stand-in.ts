/** The stand-in that foreign clients talk to: functions, a key pair, and temporary credentials. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { FcFunction } from '../../../infra/local/fc/server.ts';
import { FC_KEYS, startedFc } from '../../helpers/fc.ts';
import { FC_FUNCTIONS, FC_SERVICE, type FcTarget } from '../../helpers/foreign/fc-scenario.ts';

const TEMPORARY = {
  accessKeyId: 'STS.NForeignClients',
  accessKeySecret: 'temporary-secret',
  // Of the alphabet that real tokens have.
  securityToken: 'CAIS+temporary/token==',
};

const HOUR_MS = 3_600_000;

/** Starts two stand-ins for all tests of a file, one of them an hour off; call it at the file's top level. The answer may be called inside of
 *  tests only. */
export function standInForFile(): () => FcTarget {
  let target: FcTarget | undefined;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const sources = await mkdtemp(join(tmpdir(), 'spillway-functions-'));
    ends.push(() => rm(sources, { recursive: true, force: true }));
    const functions: FcFunction[] = [];
    for (const [name, source] of Object.entries(FC_FUNCTIONS)) {
      const code = join(sources, name);
      await mkdir(code);
      await writeFile(join(code, 'index.mjs'), source);
      functions.push({ name, code, service: FC_SERVICE, qualifiers: ['prod'], async: { task: name === 'tasks' } });
    }
    functions.push({ name: 'busy', code: join(sources, 'echo'), service: FC_SERVICE, maxInstances: 0 });
    const start = async (clock: () => number) => {
      const { server, stop } = await startedFc({ functions, clock, credentials: [FC_KEYS, TEMPORARY] });
      ends.unshift(stop);
      return server;
    };
    const { endpoint, accountId, region } = await start(Date.now);
    const { endpoint: skewedEndpoint } = await start(() => Date.now() + HOUR_MS);
    target = { endpoint, skewedEndpoint, accountId, region, ...FC_KEYS, temporary: TEMPORARY };
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (target === undefined) throw new Error('the stand-in has not started');
    return target;
  };
}
