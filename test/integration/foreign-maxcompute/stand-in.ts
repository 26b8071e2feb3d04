/** The stand-in that foreign clients talk to: a key pair, and temporary credentials. */
import { afterAll, beforeAll } from 'vitest';
import type { MaxComputeServer, MaxComputeServerOptions } from '../../../infra/local/maxcompute/server.ts';
import { MAXCOMPUTE_KEYS, startedMaxCompute } from '../../helpers/maxcompute.ts';

const TEMPORARY = {
  accessId: 'STS.NForeignClients',
  accessKey: 'temporary-secret',
  // Of the alphabet that real tokens have.
  securityToken: 'CAIS+temporary/token==',
};

const HOUR_MS = 3_600_000;
/** Away from midnight: on another day, it is the day of a signature of version 4 that is refused. */
const SKEW_MS = new Date().getUTCHours() < 12 ? HOUR_MS : -HOUR_MS;

export interface StandIn {
  readonly server: MaxComputeServer;
  /** What programs are told in their environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts two stand-ins for all tests of a file, one of them an hour off; call it at the file's top level. The answer may be called inside of
 *  tests only. */
export function standInForFile(options: Partial<MaxComputeServerOptions> = {}): () => StandIn {
  let standIn: StandIn | undefined;
  const stopping: (() => Promise<void>)[] = [];
  const start = async (clock: () => number) => {
    const { server, stop } = await startedMaxCompute({ ...options, clock, credentials: [MAXCOMPUTE_KEYS, TEMPORARY] });
    stopping.push(stop);
    return server;
  };
  beforeAll(async () => {
    const server = await start(Date.now);
    const skewed = await start(() => Date.now() + SKEW_MS);
    const environment = {
      MAXCOMPUTE_ENDPOINT: server.endpoint,
      MAXCOMPUTE_SKEWED_ENDPOINT: skewed.endpoint,
      MAXCOMPUTE_REGION: server.region,
      MAXCOMPUTE_PROJECT: server.project,
      MAXCOMPUTE_ACCESS_ID: MAXCOMPUTE_KEYS.accessId,
      MAXCOMPUTE_ACCESS_KEY: MAXCOMPUTE_KEYS.accessKey,
      MAXCOMPUTE_STS_ID: TEMPORARY.accessId,
      MAXCOMPUTE_STS_KEY: TEMPORARY.accessKey,
      MAXCOMPUTE_STS_TOKEN: TEMPORARY.securityToken,
    };
    standIn = { server, environment };
  });
  afterAll(async () => {
    for (const stop of stopping) await stop();
  });
  return () => {
    if (standIn === undefined) throw new Error('the stand-in has not started');
    return standIn;
  };
}
