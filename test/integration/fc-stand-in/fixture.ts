/** One stand-in for all tests of a file, and functions as plain files. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { FcFunction, FcServer, FcServerOptions } from '../../../infra/local/fc/server.ts';
import { startedFc } from '../../helpers/fc.ts';

/** A function and its source, as `index.mjs` or what `file` says. */
export interface SourcedFunction extends Omit<FcFunction, 'code' | 'name'> {
  readonly source: string;
  readonly file?: string;
}

export interface StandIn {
  readonly server: FcServer;
  readonly dir: string;
  /** Adds a function, or replaces it. */
  deploy(name: string, fn: SourcedFunction): Promise<void>;
}

/** Starts a stand-in with functions by name; call it at the file's top level. The answer may be called inside of tests only. */
export function standInForFile(
  functions: Readonly<Record<string, SourcedFunction>>,
  options: Partial<FcServerOptions> = {},
): () => StandIn {
  let standIn: StandIn | undefined;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const sources = await mkdtemp(join(tmpdir(), 'spillway-functions-'));
    const { server, dir, stop } = await startedFc(options);
    ends.push(stop, () => rm(sources, { recursive: true, force: true }));
    const deploy = async (name: string, { source, file = 'index.mjs', ...fn }: SourcedFunction) => {
      const code = await mkdtemp(join(sources, `${name}-`));
      await writeFile(join(code, file), source);
      server.setFunction({ name, code, ...fn });
    };
    for (const [name, fn] of Object.entries(functions)) await deploy(name, fn);
    standIn = { server, dir, deploy };
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (standIn === undefined) throw new Error('the stand-in has not started');
    return standIn;
  };
}
