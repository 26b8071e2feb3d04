/** A real Elasticsearch or OpenSearch on this machine, for the demo, for tests and for playing. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { freePorts } from '../supervise/ports.ts';
import { removedAtExit } from '../supervise/temporary-folder.ts';
import { LocalSearchError, SearchUnavailableError } from './errors.ts';
import { findJdks, type Jdk, jdkFor } from './jdks.ts';
import {
  type NodeOptions,
  type NodeSettings,
  nodeCommand,
  nodeFolders,
  type PortRange,
  writeNodeFiles,
} from './node-files.ts';
import { searchHome } from './search-home.ts';
import { type ReadyNode, SearchNode } from './search-node.ts';
import { type SearchAddress, searchRequest } from './search-request.ts';
import { ADMIN, RESTRICTED, type SearchUser, secure, unsecured } from './security.ts';
import { makeOpenFolder, mustPass, passable, serverUser } from './server-user.ts';
import { type SearchFlavor, type SearchServerName, searchServers } from './servers.ts';

export interface StartSearchOptions {
  readonly server: SearchServerName;
  /** With TLS under an authority of its own, and two users. Default: neither. */
  readonly security?: boolean;
  /** Dynamic settings of the cluster, put when it is ready. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further or other settings of the node, as its configuration file spells them; an unknown one keeps it from starting. */
  readonly nodeSettings?: NodeSettings;
  /** Default 256. The server's own limits follow from it: 10 % of it is the most that one bulk request may take. */
  readonly heapMb?: number;
  /** Where data, configuration and log lie; kept on `stop` and used again by the next start. Default: a temporary folder. */
  readonly dir?: string;
  /** Default: any free one. */
  readonly port?: number;
  /** Told what takes long on a first start. */
  readonly logger?: Logger;
  /** Read for `JAVA_HOME`, `PATH` and `SPILLWAY_CACHE`. Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface LocalSearch extends SearchAddress {
  readonly server: SearchServerName;
  /** As the server says it: `8.19.21`. */
  readonly version: string;
  readonly flavor: SearchFlavor;
  /** Of the server's last start. */
  readonly pid: number;
  readonly dir: string;
  /** With `security`: a user who may write to indices `allowed-*` only. */
  readonly restricted?: SearchUser | undefined;
  /** Ends it in order; removes the folder unless it was given. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when the process is gone. Default `SIGKILL`. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Kills the server if it runs, starts it over the same data and port, resolves when it answers.
   *  @param nodeSettings instead of those that it was started with */
  restart(nodeSettings?: NodeSettings): Promise<void>;
  /** What it printed since its last start. */
  logs(): Promise<string>;
}

const DEFAULT_HEAP_MB = 256;
/** A server takes the first free port of so many, so that nobody can take it between our looking and its binding. */
const PORTS_TO_TRY = 20;

async function portRange(port?: number): Promise<PortRange> {
  if (port !== undefined) return { first: port, last: port };
  const [first = 0] = await freePorts(1);
  return { first, last: first + PORTS_TO_TRY };
}

/** Tells what is missing on this machine for `server`, without starting it; undefined when nothing is that can be known before. */
export async function whyNoSearch(server: SearchServerName, env = process.env): Promise<string | undefined> {
  try {
    jdkFor(server, searchServers[server], await findJdks(env));
    return undefined;
  } catch (error) {
    if (error instanceof SearchUnavailableError) return error.message;
    throw error;
  }
}

async function nodeFolder(given: string | undefined): Promise<string> {
  if (given === undefined) {
    const parent = [tmpdir(), '/var/tmp', '/tmp'].find((folder) => passable(join(folder, 'any'))) ?? tmpdir();
    return mkdtemp(join(parent, 'spillway-search-'));
  }
  const dir = resolve(given);
  makeOpenFolder(dir);
  // The folder itself will be that user's.
  mustPass(dirname(dir), `choose another folder than ${dir}`);
  return dir;
}

/** Gives all of `dir` to the user that the server runs as. */
async function handOver(dir: string): Promise<void> {
  const user = serverUser();
  if (user !== undefined) await promisify(execFile)('chown', ['-R', `${user.uid}:${user.gid}`, dir]);
}

/** A server with its folder, over several starts of its process. */
class Instance implements LocalSearch {
  readonly server: SearchServerName;
  readonly flavor: SearchFlavor;
  readonly dir: string;
  readonly ca?: string;
  readonly username?: string;
  readonly password?: string;
  readonly restricted?: SearchUser;
  readonly #node: SearchNode;
  readonly #options: NodeOptions;
  readonly #securitySettings: NodeSettings;
  readonly #nodeSettings: NodeSettings;
  readonly #forget: (() => void) | undefined;
  #ready: ReadyNode = { port: 0, version: '', pid: -1 };

  constructor(
    { server, nodeSettings = {}, dir }: StartSearchOptions,
    options: NodeOptions,
    security: { readonly settings: NodeSettings; readonly ca?: string },
  ) {
    this.server = server;
    this.flavor = searchServers[server].flavor;
    this.dir = options.dir;
    this.#options = options;
    this.#securitySettings = security.settings;
    this.#nodeSettings = nodeSettings;
    this.#node = new SearchNode({ name: server, dir: options.dir, command: nodeCommand(options) });
    this.#forget = dir === undefined ? removedAtExit(options.dir) : undefined;
    if (security.ca === undefined) return;
    this.ca = security.ca;
    this.username = ADMIN.username;
    this.password = ADMIN.password;
    this.restricted = RESTRICTED;
  }

  get url(): string {
    return this.#address(this.#ready.port).url;
  }

  get version(): string {
    return this.#ready.version;
  }

  get pid(): number {
    return this.#ready.pid;
  }

  async start(port: number | undefined, nodeSettings = this.#nodeSettings): Promise<void> {
    const settings = { ...this.#securitySettings, ...nodeSettings };
    await writeNodeFiles(this.#options, await portRange(port), await portRange(), settings);
    await handOver(this.dir);
    this.#ready = await this.#node.start((each) => this.#address(each));
  }

  async restart(nodeSettings?: NodeSettings): Promise<void> {
    await this.kill();
    await this.start(this.#ready.port, nodeSettings);
  }

  kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    return this.#node.kill(signal);
  }

  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    if (this.#forget === undefined) return;
    await rm(this.dir, { recursive: true, force: true });
    this.#forget();
  }

  logs(): Promise<string> {
    return this.#node.logs();
  }

  #address(port: number): SearchAddress {
    const { ca, username, password } = this;
    if (ca === undefined || username === undefined || password === undefined)
      return { url: `http://127.0.0.1:${port}` };
    return { url: `https://127.0.0.1:${port}`, ca, username, password };
  }
}

/** What a server runs with. */
interface SearchPrograms {
  readonly jdk: Jdk;
  readonly home: string;
}

/** Does what takes long on a first start, so that the start itself does not.
 *  @throws SearchUnavailableError, SearchArchiveError */
export async function fetchSearch({
  server,
  security = false,
  env = process.env,
  logger = silentLogger,
}: Pick<StartSearchOptions, 'server' | 'security' | 'env' | 'logger'>): Promise<SearchPrograms> {
  const jdks = await findJdks(env);
  const jdk = jdkFor(server, searchServers[server], jdks);
  return { jdk, home: await searchHome({ server, security, jdks, env, logger }) };
}

/** Starts a real search server on a free port of 127.0.0.1 and resolves when it takes requests: in 5 s (OpenSearch 2) to 12 s
 *  (Elasticsearch 8) on a quiet machine, once it is in the cache. It ends with `stop`, and with this process however that dies.
 *  @throws SearchUnavailableError, SearchArchiveError, LocalSearchError */
export async function startSearch(options: StartSearchOptions): Promise<LocalSearch> {
  const { env = process.env, logger = silentLogger, security = false, settings } = options;
  const server = searchServers[options.server];
  const { jdk, home } = await fetchSearch({ server: options.server, security, env, logger });
  const dir = await nodeFolder(options.dir);
  const nodeOptions = { server, home, jdk, dir, heapMb: options.heapMb ?? DEFAULT_HEAP_MB };
  const { config } = nodeFolders(dir);
  await mkdir(config, { recursive: true });
  const secured = security ? await secure(server, home, config) : { settings: unsecured(server) };
  const instance = new Instance(options, nodeOptions, secured);
  try {
    await instance.start(options.port);
    if (settings !== undefined) await putSettings(instance, settings);
  } catch (error) {
    await instance.stop();
    throw error;
  }
  return instance;
}

async function putSettings(address: SearchAddress, settings: Readonly<Record<string, unknown>>): Promise<void> {
  const { status, body } = await searchRequest(address, 'PUT', '/_cluster/settings', { persistent: settings });
  if (status !== 200)
    throw new LocalSearchError(`The server refused its settings (${status}): ${JSON.stringify(body)}`);
}
