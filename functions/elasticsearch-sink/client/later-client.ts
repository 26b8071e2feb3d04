/** A client that is loaded with its first request: the Elastic client takes 30 MB of memory, in each thread, and a process may well have no
 *  connector that needs it. */
import type { Reply } from './exchange.ts';
import type { SearchClient, SearchRequest } from './search-client.ts';

export class LaterClient implements SearchClient {
  readonly #load: () => Promise<SearchClient>;
  #client: Promise<SearchClient> | undefined;

  constructor(load: () => Promise<SearchClient>) {
    this.#load = load;
  }

  async request(request: SearchRequest): Promise<Reply> {
    this.#client ??= this.#load();
    return (await this.#client).request(request);
  }

  async close(): Promise<void> {
    await (await this.#client)?.close();
  }
}
