/** The built functions, made once for all tests. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { bundleFunctions } from '../../infra/bundle-functions.ts';
import { cached, cacheFolder } from '../../infra/local/kafka/cache-folder.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** What bundles are made of. */
const SOURCES = ['functions', 'shared', 'infra/bundle-functions.ts', 'infra/native-packages.ts', 'package-lock.json'];
const KEPT_MS = 3_600_000;

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

async function digestOfSources(): Promise<string> {
  const digest = createHash('sha256');
  const files = (await Promise.all(SOURCES.map((source) => filesOf(join(ROOT, source))))).flat();
  for (const file of files.sort()) digest.update(file).update(await readFile(file));
  return digest.digest('hex').slice(0, 16);
}

/** Bundles of sources that have changed since. */
async function removeOutdated(current: string): Promise<void> {
  for (const name of await readdir(dirname(current))) {
    const path = join(dirname(current), name);
    if (name.startsWith(basename(current)) || Date.now() - (await stat(path)).mtimeMs < KEPT_MS) continue;
    await rm(path, { recursive: true, force: true });
  }
}

/** The built bundles, as folders by the function's name: made once for the sources as they are, outside of the project, so that none of its
 *  packages can be found from there. */
export async function bundledFunctions(): Promise<Readonly<Record<string, string>>> {
  const folder = join(cacheFolder(process.env), 'function-bundles', await digestOfSources());
  if (!existsSync(folder)) {
    await cached(folder, async (temporary) => {
      await bundleFunctions(ROOT, join(ROOT, 'functions'), temporary);
    });
    await removeOutdated(folder);
  }
  return Object.fromEntries((await readdir(folder)).map((name) => [name, join(folder, name)]));
}
