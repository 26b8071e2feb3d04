/** The programs of a search server: fetched once by Maven, checked, completed by our plugin, kept in the cache. Nothing writes there later. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { cached, cacheFolder } from '../kafka/cache-folder.ts';
import { SearchArchiveError, SearchUnavailableError } from './errors.ts';
import type { Jdk } from './jdks.ts';
import { makeOpenFolder, mustPass, passable } from './server-user.ts';
import { type Archive, type SearchServerName, searchServers } from './servers.ts';
import { buildPlugin, pluginSources } from './test-plugin.ts';

const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));
/** Used by root, whose own cache lies in a folder that nobody else may enter. */
const SHARED_CACHE = '/var/cache/spillway';
const INSTEAD = 'set SPILLWAY_CACHE to a folder that everybody may enter';
const run = promisify(execFile);

/** Where the servers are kept: the cache, or `/var/cache/spillway` where their user cannot get to it. */
function searchCacheFolder(env: NodeJS.ProcessEnv): string {
  const folder = join(cacheFolder(env), 'search');
  return passable(join(folder, 'any')) ? folder : join(SHARED_CACHE, 'search');
}

async function check({ name, version, sha256 }: Archive, zip: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(zip), hash);
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new SearchArchiveError(
    `The archive of ${name} ${version} has sha256 ${found}, expected ${sha256}: remove it from Maven's local repository and try again.`,
  );
}

/** Fetches `archive` and unpacks it into `folder`, which it makes. */
async function fetchByMaven(archive: Archive, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const { group, name, version } = archive;
  const args = [
    ...['-B', '-q', '-f', POM],
    ...[`-Darchive.group=${group}`, `-Darchive.name=${name}`, `-Darchive.version=${version}`],
    ...['dependency:copy-dependencies', 'dependency:unpack-dependencies'],
    ...[`-DoutputDirectory=${folder}`, `-DmarkersDirectory=${join(folder, 'markers')}`],
  ];
  try {
    await run('mvn', args, { env });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new SearchUnavailableError(
        `${name} ${version} is not in ${searchCacheFolder(env)} and no 'mvn' was found to fetch it: install Maven (Debian: apt install maven).`,
      );
    }
    const output = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : toError(error).message;
    throw new SearchArchiveError(`Maven could not fetch ${name} ${version}: ${output.slice(0, 2_000)}`);
  }
  const zip = join(folder, `${name}-${version}.zip`);
  await check(archive, zip);
  await rm(zip);
  await rm(join(folder, 'markers'), { recursive: true });
}

/** Sources of the plugin are part of the name, so that a change of them makes another home. */
async function homeName(archive: Archive, secured: Archive | undefined, sources: readonly string[]): Promise<string> {
  const parts = [archive.name, archive.version, ...(secured === undefined ? [] : ['security', secured.version])];
  if (sources.length === 0) return parts.join('-');
  const hash = createHash('sha256');
  for (const source of sources) hash.update(await readFile(source));
  return [...parts, hash.digest('hex').slice(0, 8)].join('-');
}

export interface SearchHomeOptions {
  readonly server: SearchServerName;
  /** With the plugin that secures it, where that is one. */
  readonly security: boolean;
  readonly jdks: readonly Jdk[];
  readonly env: NodeJS.ProcessEnv;
  readonly logger: Logger;
}

/** The folder with `lib`, `modules` and `plugins` of a server. Several processes may ask for it at once.
 *  @throws SearchUnavailableError, SearchArchiveError */
export async function searchHome({ server, security, jdks, env, logger }: SearchHomeOptions): Promise<string> {
  const { archive, plugin, securityPlugin } = searchServers[server];
  const secured = security ? securityPlugin : undefined;
  const sources = plugin === undefined ? [] : await pluginSources(plugin);
  const folder = searchCacheFolder(env);
  makeOpenFolder(folder);
  // Before much is fetched that nobody could use.
  mustPass(folder, INSTEAD);
  const home = join(folder, await homeName(archive, secured, sources));
  await cached(home, async (temporary) => {
    logger.info({}, `fetching ${archive.name} ${archive.version} by Maven (50 to 160 MB, once)`);
    const unpacked = `${temporary}.archive`;
    try {
      await mkdir(unpacked, { recursive: true });
      await fetchByMaven(archive, unpacked, env);
      const [name = ''] = await readdir(unpacked);
      await rename(join(unpacked, name), temporary);
    } finally {
      await rm(unpacked, { recursive: true, force: true });
    }
    if (secured !== undefined) await fetchByMaven(secured, join(temporary, 'plugins', secured.name), env);
    if (plugin !== undefined) await buildPlugin({ server, plugin, sources, home: temporary, jdks });
    // Whoever runs the server reads it, whatever the mask of the user who fetched it.
    await run('chmod', ['-R', 'a+rX', temporary]);
  });
  mustPass(home, `remove it, ${INSTEAD}`);
  return home;
}
