/** Bulk requests that fill the queue of writes of a search server, so that items of others are refused as well. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SearchTarget } from './world.ts';

const SHARDS = 10;
const REQUESTS_AT_A_TIME = 4;
const DOCUMENTS = 100;
const PAUSE_MS = 20;

interface BulkReply {
  readonly items: readonly { readonly index: { readonly status: number } }[];
}

/** Makes the index and sends to it until the end is asked for, which answers how many items were refused for the queue. */
export async function startNoise(search: Pick<SearchTarget, 'request'>, index: string): Promise<() => Promise<number>> {
  await search.request('PUT', `/${index}`, { settings: { number_of_shards: SHARDS, number_of_replicas: 0 } });
  const lines = `{"index":{"_index":"${index}"}}\n{"noise":true}\n`.repeat(DOCUMENTS);
  const over = new AbortController();
  const one = async () => {
    let refused = 0;
    while (!over.signal.aborted) {
      // The queue may refuse the request as a whole: 429, too.
      const reply = await search.request('POST', '/_bulk', lines).catch(() => undefined);
      const { items = [] } = (reply?.body ?? {}) as Partial<BulkReply>;
      refused += items.filter(({ index: { status } }) => status === 429).length;
      await sleep(PAUSE_MS);
    }
    return refused;
  };
  const all = Array.from({ length: REQUESTS_AT_A_TIME }, one);
  return async () => {
    over.abort();
    return (await Promise.all(all)).reduce((sum, refused) => sum + refused, 0);
  };
}
