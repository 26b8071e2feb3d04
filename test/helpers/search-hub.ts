/** The search servers that all test files of a run share: in Vitest's main process, each started when it is asked for first, by HTTP. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { NodeSettings } from '../../infra/local/search/node-files.ts';
import { fetchSearch, type LocalSearch, startSearch } from '../../infra/local/search/start-search.ts';
import { isSecured, serverOf, type TestedServer } from './search-names.ts';
import { stderrLogger } from './stderr-logger.ts';

/** What a test file may ask for. `use` starts the server, and brings it back to its own settings, where that is needed. */
export type HubRequest = {
  readonly server: TestedServer;
  /** Not the one that all files share, but one beside it that tests may end. */
  readonly toHarm: boolean;
} & (
  | { readonly act: 'use' }
  | { readonly act: 'kill'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly act: 'restart'; readonly nodeSettings: NodeSettings }
);

/** How a server is reached, and what it is. */
export type SharedSearch = Pick<
  LocalSearch,
  'ca' | 'flavor' | 'password' | 'pid' | 'restricted' | 'url' | 'username' | 'version'
>;

interface Shared {
  readonly search: LocalSearch;
  /** Down, or with settings of a test. */
  isChanged: boolean;
}

/** What JSON carries of it: without what is not there. */
function described({ ca, flavor, password, pid, restricted, url, username, version }: LocalSearch): SharedSearch {
  return { ca, flavor, password, pid, restricted, url, username, version };
}

class Hub {
  /** By name; those to harm with a `!`. */
  readonly #servers = new Map<string, Promise<Shared>>();
  readonly #fetched: Promise<unknown>[] = [];

  async handle(request: HubRequest): Promise<SharedSearch> {
    const shared = await this.#started(request);
    const { search } = shared;
    switch (request.act) {
      case 'use':
        if (shared.isChanged) await search.restart();
        shared.isChanged = false;
        break;
      case 'kill':
        shared.isChanged = true;
        await search.kill(request.signal);
        break;
      case 'restart':
        shared.isChanged = true;
        await search.restart(request.nodeSettings);
        break;
      default:
        throw new Error(`unknown act of ${String(request satisfies never)}`);
    }
    return described(search);
  }

  fetchSecured(server: TestedServer): void {
    const fetched = fetchSearch({ server: serverOf(server), security: true, logger: stderrLogger });
    this.#fetched.push(fetched.catch(() => undefined));
  }

  async stop(): Promise<void> {
    // Ended in the middle, it would leave half of it behind.
    await Promise.all(this.#fetched);
    const started = await Promise.allSettled(this.#servers.values());
    await Promise.all(started.map((each) => each.status === 'fulfilled' && each.value.search.stop()));
  }

  #started({ server, toHarm }: Pick<HubRequest, 'server' | 'toHarm'>): Promise<Shared> {
    const name = toHarm ? `${server}!` : server;
    const there = this.#servers.get(name);
    if (there !== undefined) return there;
    const options = { server: serverOf(server), security: isSecured(server), logger: stderrLogger };
    // One that could not be started is not tried again: every file would wait as long.
    const starting = startSearch(options).then((search): Shared => ({ search, isChanged: false }));
    this.#servers.set(name, starting);
    return starting;
  }
}

async function answer(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    response.end(JSON.stringify(await hub.handle((await json(request)) as HubRequest)));
  } catch (thrown) {
    response.writeHead(500).end(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

export interface SearchHub {
  readonly url: string;
  /** Begins to start a server; a failure is told to whoever asks for it. */
  prepare(server: TestedServer): void;
  /** Begins to fetch what a server needs to be started with TLS and users; a failure is told to whoever starts it. */
  fetchSecured(server: TestedServer): void;
  close(): Promise<void>;
}

export async function startSearchHub(): Promise<SearchHub> {
  const hub = new Hub();
  const server = createServer({ requestTimeout: 0 }, (request, response) => void answer(hub, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    prepare: (name) => void hub.handle({ act: 'use', server: name, toHarm: false }).catch(() => undefined),
    fetchSecured: (name) => hub.fetchSecured(name),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await hub.stop();
    },
  };
}
