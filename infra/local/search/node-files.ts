/** What one node of a search server reads when it starts: settings, flags of Java, logging. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Jdk } from './jdks.ts';
import type { SearchServer } from './servers.ts';

/** Of a node, spelt as its configuration file spells them. */
export type NodeSettings = Readonly<Record<string, string | number | boolean>>;

/** Folders of one node; nothing else is written. */
export interface NodeFolders {
  readonly config: string;
  readonly data: string;
  readonly logs: string;
  readonly tmp: string;
}

export function nodeFolders(dir: string): NodeFolders {
  return { config: join(dir, 'config'), data: join(dir, 'data'), logs: join(dir, 'logs'), tmp: join(dir, 'tmp') };
}

/** Where a node may listen: one port, or the first free one of a range. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Standard output is the log. */
const LOG4J = `status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
`;

const portsOf = ({ first, last }: PortRange) => (first === last ? String(first) : `${first}-${last}`);

/** A node alone, made for starting fast, with little memory, on a disk that may be nearly full. */
function settingsOf(folders: NodeFolders, http: PortRange, transport: PortRange): NodeSettings {
  return {
    'cluster.name': 'spillway-local',
    'node.name': 'local',
    'discovery.type': 'single-node',
    'network.host': '127.0.0.1',
    'http.port': portsOf(http),
    'transport.port': portsOf(transport),
    'node.portsfile': true,
    'path.data': folders.data,
    'path.logs': folders.logs,
    'cluster.routing.allocation.disk.threshold_enabled': false,
    // Else the system must allow more memory maps than it does by default.
    'node.store.allow_mmap': false,
  };
}

/** What the scripts of the archives give as well. Without the second an orderly end takes 30 s. */
const SCRIPT_FLAGS = [
  '-Dlog4j2.disable.jmx=true',
  '-Dlog4j.shutdownHookEnabled=false',
  '-Dfile.encoding=UTF-8',
  '-Djna.nosys=true',
  '-XX:-OmitStackTraceInFastThrow',
  '-Dio.netty.noUnsafe=true',
  '-Dio.netty.noKeySetOptimization=true',
  '-Dio.netty.recycler.maxCapacityPerThread=0',
  '-Dio.netty.allocator.numDirectArenas=0',
];

/** Serial collector and first compiler only: half the CPU of a start. */
function javaFlags(server: SearchServer, { major }: Jdk, home: string, heapMb: number, tmp: string): string[] {
  const isSecurityManagerAskedFor = server.java.newest === 23 && major >= 18;
  return [
    `-Xms${heapMb}m`,
    `-Xmx${heapMb}m`,
    '-XX:+UseSerialGC',
    '-XX:-AlwaysPreTouch',
    '-XX:TieredStopAtLevel=1',
    '-XX:+ExitOnOutOfMemoryError',
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${tmp}`,
    ...SCRIPT_FLAGS,
    ...(isSecurityManagerAskedFor ? ['-Djava.security.manager=allow'] : []),
    ...(server.javaModules.includes('jdk.incubator.vector')
      ? [`-javaagent:${join(home, 'agent', 'opensearch-agent.jar')}`, '--add-modules=jdk.incubator.vector']
      : []),
  ];
}

export interface NodeOptions {
  readonly server: SearchServer;
  readonly home: string;
  readonly jdk: Jdk;
  readonly dir: string;
  readonly heapMb: number;
}

/** A process to start. */
export interface NodeCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** Writes the configuration anew; data stay.
 *  @param settings more of them, or others */
export async function writeNodeFiles(
  { server, home, jdk, dir, heapMb }: NodeOptions,
  http: PortRange,
  transport: PortRange,
  settings: NodeSettings,
): Promise<void> {
  const folders = nodeFolders(dir);
  // The ports of the last start would be taken for this one's.
  for (const folder of [folders.logs, folders.tmp]) await rm(folder, { recursive: true, force: true });
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  const all = { ...settingsOf(folders, http, transport), ...settings };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`);
  await writeFile(join(folders.config, `${server.flavor}.yml`), lines.join(''));
  await writeFile(join(folders.config, 'log4j2.properties'), LOG4J);
  const flags = javaFlags(server, jdk, home, heapMb, folders.tmp);
  await writeFile(join(folders.config, 'jvm.options'), flags.map((flag) => `${flag}\n`).join(''));
}

/** Java without the scripts of the archive, which run up to three of it one after the other. But Elasticsearch 8 and later by their
 *  script: it starts a small launcher, another one in each version, which stays and watches; when that is killed the server ends. */
export function nodeCommand({ server, home, jdk, dir, heapMb }: NodeOptions): NodeCommand {
  const { config, tmp } = nodeFolders(dir);
  const name = server.flavor;
  const prefix = name === 'elasticsearch' ? 'es' : 'opensearch';
  const places = [`-D${prefix}.path.home=${home}`, `-D${prefix}.path.conf=${config}`];
  const distribution = [`-D${prefix}.distribution.type=zip`];
  const env = { LIBFFI_TMPDIR: tmp, ES_TMPDIR: tmp, OPENSEARCH_TMPDIR: tmp, PATH: process.env['PATH'] };
  if (server.plugin !== undefined) {
    const launcher = {
      ES_JAVA_HOME: jdk.home,
      ES_PATH_CONF: config,
      CLI_JAVA_OPTS: '-XX:TieredStopAtLevel=1 -XX:-UsePerfData',
    };
    return { command: join(home, 'bin', name), args: [], env: { ...env, ...launcher }, cwd: home };
  }
  const flags = javaFlags(server, jdk, home, heapMb, tmp);
  const main =
    name === 'elasticsearch' ? 'org.elasticsearch.bootstrap.Elasticsearch' : 'org.opensearch.bootstrap.OpenSearch';
  const flavor = name === 'elasticsearch' ? ['-Des.distribution.flavor=default'] : [];
  return {
    command: join(jdk.home, 'bin', 'java'),
    args: [...flags, ...places, ...flavor, ...distribution, '-cp', join(home, 'lib', '*'), main],
    env,
    cwd: home,
  };
}
