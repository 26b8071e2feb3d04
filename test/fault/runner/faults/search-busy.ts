import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '../fault.ts';
import type { SearchTarget, World } from '../world.ts';

/** One thread, and one request that may wait for it. Each shard that a bulk request concerns is one. */
const BUSY = { 'node.processors': 1, 'thread_pool.write.queue_size': 1 };
const NOISE = { index: 'noise', shards: 10, requests: 4, documents: 100, pauseMs: 20 };

interface BulkReply {
  readonly items: readonly { readonly index: { readonly status: number } }[];
}

/** Sends bulk requests of its own, one after the other; answers how many of their items were refused for the queue. */
async function noise({ request }: SearchTarget, over: AbortSignal): Promise<number> {
  const line = `{"index":{"_index":"${NOISE.index}"}}\n{"noise":true}\n`;
  let refused = 0;
  while (!over.aborted) {
    // The queue may refuse the request as a whole: 429, too.
    const reply = await request('POST', '/_bulk', line.repeat(NOISE.documents)).catch(() => undefined);
    const { items = [] } = (reply?.body ?? {}) as Partial<BulkReply>;
    refused += items.filter(({ index }) => index.status === 429).length;
    await sleep(NOISE.pauseMs);
  }
  return refused;
}

const TOPIC = 'kept-busy';
const PARTITIONS = 2;
const RECORDS = 200;

async function send({ apart }: World): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition++)
    await apart.send(TOPIC, partition, Array(RECORDS).fill('plain'));
}

/** It is killed and comes back with a queue of writes that holds one, while others write as well: items of bulk requests are refused with 429.
 *  Then it is killed again, and is as before. */
export const fault: Fault = {
  name: 'search-busy',
  class: 'search server refuses items with 429',
  weight: 1,
  comesFirst: true,
  alone: true,
  holdMs: [1_500, 4_000],
  async inject(world) {
    const { search, apart } = world;
    await apart.topic(TOPIC, PARTITIONS);
    // So that one connector did not miss the server, and does not hold back when it is there again.
    await apart.taken(await apart.send(TOPIC, 0, ['plain']));
    await search.restart(BUSY);
    await search.request('DELETE', `/${NOISE.index}`);
    await search.request('PUT', `/${NOISE.index}`, {
      settings: { number_of_shards: NOISE.shards, number_of_replicas: 0 },
    });
    const over = new AbortController();
    const noises = Array.from({ length: NOISE.requests }, () => noise(search, over.signal));
    await send(world);
    return async () => {
      over.abort();
      const refused = (await Promise.all(noises)).reduce((sum, count) => sum + count, 0);
      world.say(`kill -9, then a write queue of 1; ${refused} items of others refused`);
      await search.request('DELETE', `/${NOISE.index}`);
      await search.restart({});
    };
  },
};
