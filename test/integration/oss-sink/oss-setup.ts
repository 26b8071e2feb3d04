/** The OSS sink against the local stand-in: a server, writers, and what lies in its bucket. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OSS from 'ali-oss';
import { type OssConfig, ossSink } from '../../../functions/oss-sink/config.ts';
import { createOssClaimCheckStore, createOssWriter } from '../../../functions/oss-sink/handler.ts';
import { type OssServer, type OssServerOptions, startOss } from '../../../infra/local/oss/server.ts';
import type { ClaimCheckStore } from '../../../shared/claim-check.ts';
import { systemClock } from '../../../shared/clock.ts';
import { parseConfig } from '../../../shared/config/parse.ts';
import { Secret } from '../../../shared/config/secret.ts';
import { secretResolver } from '../../../shared/config/secret-resolver.ts';
import type { SinkWriter, WriteContext } from '../../../shared/sink.ts';

export const BUCKET = 'example-bucket';
const ACCESS_KEY_ID = 'LTAI5tOfTheTest';
const ACCESS_KEY_SECRET = 'secret-of-the-test';

export interface OssObject {
  readonly name: string;
  /** As stored: nothing decompressed. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface OssSetup {
  readonly server: OssServer;
  /** The server's folder. */
  readonly dir: string;
  config(raw?: Record<string, unknown>): OssConfig;
  writer(raw?: Record<string, unknown>): SinkWriter;
  claimChecks(prefix?: string, expiryMs?: number, endpoint?: string): ClaimCheckStore;
  /** All objects of the bucket, by name, read by a client of its own. */
  objects(): Promise<readonly OssObject[]>;
  /** Closes everything that was made here, and removes its folder. */
  close(): Promise<void>;
}

const deps = {
  clock: systemClock,
  secrets: secretResolver({}, () => {
    throw new Error('no files in this test');
  }),
  role: () => undefined,
};

export async function setupOss(options: Partial<OssServerOptions> = {}): Promise<OssSetup> {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-oss-'));
  const credentials = [{ accessKeyId: ACCESS_KEY_ID, accessKeySecret: ACCESS_KEY_SECRET }];
  const server = await startOss({ dir, credentials, buckets: [BUCKET], ...options });
  const closing: { close(): Promise<void> }[] = [];
  const opened = <T extends { close(): Promise<void> }>(one: T): T => {
    closing.push(one);
    return one;
  };
  const config = (raw: Record<string, unknown> = {}) =>
    parseConfig(ossSink.keys, ossSink.checks, {
      'oss.endpoint': server.endpoint,
      'oss.region': server.region,
      'oss.bucket': BUCKET,
      'oss.access.key.id': ACCESS_KEY_ID,
      'oss.access.key.secret': ACCESS_KEY_SECRET,
      ...raw,
    }).config;
  const reader = new OSS({
    accessKeyId: ACCESS_KEY_ID,
    accessKeySecret: ACCESS_KEY_SECRET,
    bucket: BUCKET,
    endpoint: server.endpoint,
    region: `oss-${server.region}`,
    authorizationV4: true,
  });
  return {
    server,
    dir,
    config,
    writer: (raw) => opened(createOssWriter(config(raw), deps)),
    claimChecks: (prefix = 'overflow/', expiryMs = 60_000, endpoint = server.endpoint) =>
      opened(
        createOssClaimCheckStore(
          {
            bucket: BUCKET,
            prefix,
            expiryMs,
            endpoint,
            region: server.region,
            accessKeyId: new Secret(ACCESS_KEY_ID),
            accessKeySecret: new Secret(ACCESS_KEY_SECRET),
          },
          deps,
        ),
      ),
    objects: async () => {
      const list = await reader.listV2({ 'max-keys': '1000' }, {});
      const names = (list.objects ?? []).map(({ name }: { name: string }) => name).sort();
      return Promise.all(
        names.map(async (name: string) => {
          const { content, res } = await reader.get(name);
          return { name, body: content, headers: res.headers as Record<string, string> };
        }),
      );
    },
    close: async () => {
      for (const one of closing) await one.close();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

export function writeContext(leftMs = 60_000): WriteContext {
  return { signal: new AbortController().signal, deadlineAt: Date.now() + leftMs };
}
