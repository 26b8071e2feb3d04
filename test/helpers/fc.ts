/** A Function Compute of its own for a test: a stand-in in a temporary folder, with a key pair; and functions to put there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FcCredential, type FcServer, type FcServerOptions, startFc } from '../../infra/local/fc/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export { bundledFunctions } from './function-bundles.ts';

/** The key pair of every stand-in that tests start. */
export const FC_KEYS: FcCredential = { accessKeyId: 'LTAI5tFunctionCompute', accessKeySecret: 'secret-of-the-test' };

export interface StartedFc {
  readonly server: FcServer;
  /** Where its logs and queued calls lie. */
  readonly dir: string;
  /** What a connector needs to reach it, by key, but for the function's name. */
  readonly settings: Readonly<Record<string, string>>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** Starts one; the caller stops it. */
export async function startedFc(options: Partial<FcServerOptions> = {}): Promise<StartedFc> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'spillway-fc-')));
  const server = await startFc({ credentials: [FC_KEYS], functions: [], ...options, dir });
  const settings = {
    'invoke.target': 'fc',
    'fc.endpoint': server.endpoint,
    'fc.account.id': server.accountId,
    'fc.region': server.region,
    'fc.access.key.id': FC_KEYS.accessKeyId,
    'fc.access.key.secret': FC_KEYS.accessKeySecret,
  };
  const stop = async () => {
    await server.close();
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  return { server, dir, settings, stop };
}

/** Starts one that is stopped when the test is finished. Call it from inside a test. */
export async function setupFc(options: Partial<FcServerOptions> = {}): Promise<StartedFc> {
  const started = await startedFc(options);
  onTestFinished(() => started.stop());
  return started;
}

/** A folder with a function of this source, as `index.mjs` or what `file` says. Goes with the test that made it. */
export async function functionFile(source: string, file = 'index.mjs'): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, file), source);
  return folder;
}
