/** Where what is costly to make is kept between runs, safely for several runs at once. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { lockedUnless } from './lock-file.ts';

/** Of the Kafka that `startKafka` runs. */
export const KAFKA_VERSION = '4.3.1';

/** `SPILLWAY_CACHE`, else `~/.cache/spillway`. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return env['SPILLWAY_CACHE'] || join(homedir(), '.cache', 'spillway');
}

/** The folder for this version of Kafka in the cache. */
export function kafkaCacheFolder(env: NodeJS.ProcessEnv): string {
  return join(cacheFolder(env), `kafka-${KAFKA_VERSION}`);
}

async function makeInPlace(path: string, make: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.partial`;
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (!existsSync(path)) throw error;
  }
}

/** Returns `path`, made by `make` first when it is not there. `make` gets a temporary name in the same folder, which is renamed
 *  into place when it is complete: whoever sees `path` sees all of it. Of parallel first runs, in whatever process, one makes it and
 *  the others wait. */
export async function cached(path: string, make: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const isThere = () => existsSync(path);
  await lockedUnless(isThere, `${path}.lock`, () => makeInPlace(path, make));
  return path;
}
