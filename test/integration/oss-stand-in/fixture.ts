/** A stand-in with one bucket in a folder of its own, and clients for it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { type OssServer, type OssServerOptions, startOss } from '../../../infra/local/oss/server.ts';

export const BUCKET = 'orders-archive';
export const KEY_ID = 'test-key-id';
export const SECRET = 'test-secret';

export interface Started {
  readonly oss: OssServer;
  readonly dir: string;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

/** Starts a stand-in; the caller stops it. */
export async function start(options: Partial<OssServerOptions> = {}): Promise<Started> {
  const dir = mkdtempSync(join(tmpdir(), 'spillway-oss-'));
  const credentials = [{ accessKeyId: KEY_ID, accessKeySecret: SECRET }];
  const oss = await startOss({ dir, credentials, buckets: [BUCKET], ...options });
  const stop = async () => {
    await oss.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { oss, dir, stop };
}

/** An `ali-oss` client, version 4 unless told otherwise. */
export function clientOf(oss: OssServer, options: Partial<OSS.Options> = {}): OSS {
  return new OSS({
    endpoint: oss.endpoint,
    region: `oss-${oss.region}`,
    accessKeyId: KEY_ID,
    accessKeySecret: SECRET,
    bucket: BUCKET,
    authorizationV4: true,
    ...options,
  } as OSS.Options);
}

/** Both signature versions, for `describe.each`. */
export const BOTH_VERSIONS = [
  { version: 'V4', authorizationV4: true },
  { version: 'V1', authorizationV4: false },
];

let files = 0;

/** A file with this content, below the server's folder: `ali-oss` reads parts from files. */
export function partFile({ dir }: Started, content: string | Buffer): string {
  const path = join(dir, `.part-${files++}`);
  writeFileSync(path, content);
  return path;
}
