/** Our plugin for what the archives of Elasticsearch 8 and 9 lack: compiled against the server's own classes. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { SearchArchiveError } from './errors.ts';
import { compilerFor, type Jdk } from './jdks.ts';
import { type SearchServer, type SearchServerName, searchServers } from './servers.ts';

const SOURCES = fileURLToPath(new URL('./plugin', import.meta.url));
const NAME = 'spillway-local';
const run = promisify(execFile);

type PluginSources = NonNullable<SearchServer['plugin']>;

/** Files to compile, always in the same order. */
export async function pluginSources(plugin: PluginSources): Promise<string[]> {
  const folders = ['common', plugin].map((folder) => join(SOURCES, folder));
  const files = folders.map(async (folder) => (await readdir(folder)).sort().map((file) => join(folder, file)));
  return (await Promise.all(files)).flat();
}

export interface BuildPluginOptions {
  readonly server: SearchServerName;
  readonly plugin: PluginSources;
  /** From `pluginSources`. */
  readonly sources: readonly string[];
  /** Of the server; the plugin goes to its `plugins`. */
  readonly home: string;
  readonly jdks: readonly Jdk[];
}

/** @throws SearchUnavailableError without a compiler, SearchArchiveError when the sources do not compile */
export async function buildPlugin({ server, sources, home, jdks }: BuildPluginOptions): Promise<void> {
  const { archive, java } = searchServers[server];
  const bin = join(compilerFor(server, java.oldest, jdks).home, 'bin');
  const folder = join(home, 'plugins', NAME);
  const classes = await mkdtemp(join(tmpdir(), 'spillway-search-plugin-'));
  try {
    await mkdir(folder, { recursive: true });
    await run(join(bin, 'javac'), [
      ...['--release', String(java.oldest), '-proc:none', '-nowarn'],
      ...['-cp', join(home, 'lib', '*'), '-d', classes],
      ...sources,
    ]);
    await run(join(bin, 'jar'), ['--create', '--file', join(folder, `${NAME}.jar`), '-C', classes, '.']);
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : String(error);
    throw new SearchArchiveError(`The plugin for ${server} could not be built: ${output.slice(0, 2_000)}`);
  } finally {
    await rm(classes, { recursive: true, force: true });
  }
  const descriptor = {
    description: 'What the archive lacks',
    version: '1',
    name: NAME,
    classname: 'spillway.local.LocalPlugin',
    'java.version': String(java.oldest),
    'elasticsearch.version': archive.version,
  };
  const lines = Object.entries(descriptor).map(([key, value]) => `${key}=${value}\n`);
  await writeFile(join(folder, 'plugin-descriptor.properties'), lines.join(''));
}
