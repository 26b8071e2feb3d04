import { beforeAll, inject, onTestFinished } from 'vitest';
import type { NodeSettings } from '../../infra/local/search/node-files.ts';
import { type SearchReply, searchRequest } from '../../infra/local/search/search-request.ts';
import { uniqueName } from './kafka.ts';
import { limitOfStarts, serversOfFile } from './search-available.ts';
import type { HubRequest, SharedSearch } from './search-hub.ts';
import { type TestedServer, testedServers } from './search-names.ts';

export { searchHas, type TestedServer } from './search-names.ts';

/** The servers to run on: `describe.each(searchServers)('... on %s', (server) => { const search = useSearch(server); ... })`. A file that imports
 *  it has a skipped test for each that this machine cannot run. */
export const searchServers = await serversOfFile(testedServers(process.env));

export interface StoredDocument {
  readonly _id: string;
  readonly _version: number;
  readonly _source: unknown;
}

/** One of the servers that all files of this run share. To be read in tests and hooks only; use names of `index`. */
export interface SearchForTests extends Readonly<SharedSearch> {
  readonly server: TestedServer;
  /** What a connector needs to reach it, by key. */
  readonly settings: Readonly<Record<string, string>>;
  /** A name that no other test uses: `orders-1f0c9a7e`. When the test is finished, indices, data streams, aliases, templates and pipelines
   *  of that name are removed, and those whose name goes on after a `-`. Call it from inside a test. */
  index(prefix: string): string;
  /** One request by the administrator, not by the client that is tested. A body of text is sent as NDJSON, any other as JSON.
   *  @param path with its slash in front */
  request(method: string, path: string, body?: unknown): Promise<SearchReply>;
  /** Refreshes `target` (an index, an alias, a data stream) and counts its documents. */
  count(target: string): Promise<number>;
  /** Refreshes `target` and resolves with its documents by id, at most 10,000. */
  documents(target: string): Promise<readonly StoredDocument[]>;
}

/** One that no other file uses at the same time, since its tests end it. */
export interface SearchToHarm extends SearchForTests {
  /** Ends the server itself. It is brought back when the test is finished. */
  kill(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Starts it again on its port, over its data, with these settings of the node, until the test is finished. */
  restart(nodeSettings?: NodeSettings): Promise<void>;
}

const MOST_DOCUMENTS = 10_000;

async function ask(request: HubRequest): Promise<SharedSearch> {
  const response = await fetch(inject('searchHub'), { method: 'POST', body: JSON.stringify(request) });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as SharedSearch;
}

/** Throws where the server refuses. */
async function must(reply: Promise<SearchReply>): Promise<unknown> {
  const { status, body } = await reply;
  if (status >= 300) throw new Error(`the search server answered ${status}: ${JSON.stringify(body)}`);
  return body;
}

class SharedServer implements SearchToHarm {
  readonly server: TestedServer;
  #shared: SharedSearch | undefined;

  constructor(
    server: TestedServer,
    private readonly toHarm: boolean,
  ) {
    this.server = server;
  }

  async begin(): Promise<void> {
    this.#shared = await ask({ act: 'use', server: this.server, toHarm: this.toHarm });
  }

  get url() {
    return this.#started.url;
  }
  get flavor() {
    return this.#started.flavor;
  }
  get version() {
    return this.#started.version;
  }
  get pid() {
    return this.#started.pid;
  }
  get ca() {
    return this.#started.ca;
  }
  get username() {
    return this.#started.username;
  }
  get password() {
    return this.#started.password;
  }
  get restricted() {
    return this.#started.restricted;
  }

  get settings(): Readonly<Record<string, string>> {
    const { url, ca, username, password } = this.#started;
    if (ca === undefined || username === undefined || password === undefined) return { 'elasticsearch.hosts': url };
    return {
      'elasticsearch.hosts': url,
      'elasticsearch.username': username,
      'elasticsearch.password': password,
      'elasticsearch.ssl.ca': ca,
    };
  }

  index(prefix: string): string {
    const name = uniqueName(prefix);
    onTestFinished(() => this.#remove(name));
    return name;
  }

  request(method: string, path: string, body?: unknown): Promise<SearchReply> {
    return searchRequest(this.#started, method, path, body);
  }

  async count(target: string): Promise<number> {
    await must(this.request('POST', `/${target}/_refresh`));
    const { count } = (await must(this.request('GET', `/${target}/_count`))) as { count: number };
    return count;
  }

  async documents(target: string): Promise<readonly StoredDocument[]> {
    await must(this.request('POST', `/${target}/_refresh`));
    const query = { size: MOST_DOCUMENTS, version: true, query: { match_all: {} } };
    const found = (await must(this.request('POST', `/${target}/_search`, query))) as {
      hits: { hits: readonly StoredDocument[] };
    };
    const documents = found.hits.hits.map(({ _id, _version, _source }) => ({ _id, _version, _source }));
    return documents.sort((a, b) => (a._id < b._id ? -1 : 1));
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    onTestFinished(() => this.begin(), limitOfStarts(1));
    await ask({ act: 'kill', server: this.server, toHarm: this.toHarm, signal });
  }

  async restart(nodeSettings: NodeSettings = {}): Promise<void> {
    onTestFinished(() => this.begin(), limitOfStarts(1));
    this.#shared = await ask({ act: 'restart', server: this.server, toHarm: this.toHarm, nodeSettings });
  }

  get #started(): SharedSearch {
    if (this.#shared === undefined) throw new Error(`${this.server} is there in tests and hooks only`);
    return this.#shared;
  }

  /** By their names, since servers refuse to delete by a pattern; what there is none of is no error. */
  async #remove(name: string): Promise<void> {
    const reply = await this.request('GET', `/_cluster/state/metadata?filter_path=${METADATA.join(',')}`);
    const { metadata = {} } = (reply.body ?? {}) as { metadata?: Partial<Metadata> };
    const own = (names: object = {}) =>
      Object.keys(names).filter((each) => each === name || each.startsWith(`${name}-`));
    const streams = own(metadata.data_stream?.data_stream);
    const paths = [
      ...streams.map((each) => `/_data_stream/${each}`),
      ...own(metadata.indices).map((each) => `/${each}`),
      ...own(metadata.index_template?.index_template).map((each) => `/_index_template/${each}`),
      ...own(metadata.templates).map((each) => `/_template/${each}`),
      ...[name, `${name}-pipeline`].map((each) => `/_ingest/pipeline/${each}`),
    ];
    for (const path of paths) await this.request('DELETE', path);
  }
}

/** What of the cluster's state names things that tests make. */
interface Metadata {
  readonly indices: object;
  readonly templates: object;
  readonly index_template: { readonly index_template: object };
  readonly data_stream: { readonly data_stream: object };
}
const METADATA = ['indices.*.state', 'templates.*.order', 'index_template', 'data_stream'].map(
  (path) => `metadata.${path}`,
);

/** A server of this run for the tests of a `describe`, which it makes wait until it is there. */
export function useSearch(server: TestedServer): SearchForTests {
  return used(new SharedServer(server, false));
}

/** As `useSearch`, but a server beside the one that other files use. Of files that harm the same one, none may run beside another. */
export function useSearchToHarm(server: TestedServer): SearchToHarm {
  return used(new SharedServer(server, true));
}

function used(shared: SharedServer): SharedServer {
  beforeAll(() => shared.begin(), limitOfStarts(1));
  return shared;
}
