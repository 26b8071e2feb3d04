/** Finds the installations of Java on this machine, since no one of them runs all the servers. */
import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { parseJavaVersion } from '../kafka/java.ts';
import { SearchUnavailableError } from './errors.ts';
import { barrier } from './server-user.ts';
import type { SearchServer, SearchServerName } from './servers.ts';

export interface Jdk {
  readonly home: string;
  /** As Java prints it, for example `17.0.15`. */
  readonly version: string;
  readonly major: number;
  readonly modules: ReadonlySet<string>;
  /** The folder that keeps the servers' user from it, if one does: it compiles then, since we do that, and runs no server. */
  readonly closed?: string;
}

/** Folders that hold installations, by system and installer. */
const COLLECTIONS = ['/usr/lib/jvm', '/usr/java', '/opt', '/opt/java', '/Library/Java/JavaVirtualMachines'];
const OWN_COLLECTIONS = ['.sdkman/candidates/java', '.jdks'];
/** Where macOS keeps an installation inside its folder. */
const BUNDLE = join('Contents', 'Home');

/** What the file `release` of an installation says, or undefined where it says too little. */
export function parseRelease(home: string, text: string): Jdk | undefined {
  const version = /^JAVA_VERSION="([^"]*)"/m.exec(text)?.[1];
  const modules = /^MODULES="([^"]*)"/m.exec(text)?.[1];
  const parsed = parseJavaVersion(`version "${version ?? ''}"`);
  if (version === undefined || parsed === undefined) return undefined;
  return { home, version, major: parsed.major, modules: new Set(modules?.split(' ')) };
}

async function homeOnPath(env: NodeJS.ProcessEnv): Promise<string[]> {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const folder = folders.find((each) => existsSync(join(each, 'java')));
  return folder === undefined ? [] : [dirname(dirname(await realpath(join(folder, 'java'))))];
}

async function homesIn(collection: string): Promise<string[]> {
  const names = await readdir(collection).catch(() => []);
  return names.sort().flatMap((name) => [join(collection, name), join(collection, name, BUNDLE)]);
}

/** Every installation: that of `JAVA_HOME` first, then that of the `PATH`, then those at the usual places. */
export async function findJdks(env: NodeJS.ProcessEnv): Promise<Jdk[]> {
  const collections = [...COLLECTIONS, ...OWN_COLLECTIONS.map((folder) => join(homedir(), folder))];
  const homes = [
    ...(env['JAVA_HOME'] ? [env['JAVA_HOME']] : []),
    ...(await homeOnPath(env)),
    ...(await Promise.all(collections.map(homesIn))).flat(),
  ];
  const found = new Map<string, Jdk>();
  for (const each of homes) {
    const home = await realpath(each).catch(() => undefined);
    const release = home && (await readFile(join(home, 'release'), 'utf8').catch(() => undefined));
    const jdk = home && release ? parseRelease(home, release) : undefined;
    if (jdk === undefined || !existsSync(join(jdk.home, 'bin', 'java'))) continue;
    const closed = barrier(join(jdk.home, 'bin', 'java'));
    found.set(jdk.home, closed === undefined ? jdk : { ...jdk, closed });
  }
  return [...found.values()];
}

function told({ version, home, closed }: Jdk): string {
  const why =
    closed === undefined
      ? ''
      : ` (which a server, that does not run as root, cannot use: nobody else may enter ${closed})`;
  return `${version} in ${home}${why}`;
}

/** The first of `jdks` that runs `server`.
 *  @throws SearchUnavailableError that names what is there and what is missing */
export function jdkFor(name: SearchServerName, { java, javaModules }: SearchServer, jdks: readonly Jdk[]): Jdk {
  const fits = ({ major, modules }: Jdk) =>
    major >= java.oldest && major <= java.newest && javaModules.every((module) => modules.has(module));
  const jdk = jdks.find((each) => each.closed === undefined && fits(each));
  if (jdk !== undefined) return jdk;
  const range = Number.isFinite(java.newest) ? `${java.oldest} to ${java.newest}` : `${java.oldest} or newer`;
  const modules = javaModules.length === 0 ? '' : ` with ${javaModules.join(', ')} (a full JDK)`;
  const there = jdks.map(told).join(', ');
  throw new SearchUnavailableError(
    `${name} needs Java ${range}${modules}, and this machine has ${there || 'none'}: install one, or name it in JAVA_HOME.`,
  );
}

/** The first of `jdks` with a compiler that makes classes for Java `release`.
 *  @throws SearchUnavailableError when there is none */
export function compilerFor(name: SearchServerName, release: number, jdks: readonly Jdk[]): Jdk {
  const jdk = jdks.find(({ home, major }) => major >= release && existsSync(join(home, 'bin', 'javac')));
  if (jdk !== undefined) return jdk;
  throw new SearchUnavailableError(
    `${name} needs a Java compiler for a plugin of ours, and no JDK ${release} or newer is on this machine: install one (Debian: apt install openjdk-17-jdk-headless), or name it in JAVA_HOME.`,
  );
}
