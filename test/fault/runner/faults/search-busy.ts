import type { Fault } from '../fault.ts';
import { startNoise } from '../search-noise.ts';
import type { World } from '../world.ts';

/** One thread, and one request that may wait for it. Each shard that a bulk request concerns is one. */
const BUSY = { 'node.processors': 1, 'thread_pool.write.queue_size': 1 };
const NOISE_INDEX = 'noise';

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
    await search.request('DELETE', `/${NOISE_INDEX}`);
    const end = await startNoise(search, NOISE_INDEX);
    await send(world);
    return async () => {
      const refused = await end();
      world.say(`kill -9, then a write queue of 1; ${refused} items of others refused`);
      await search.request('DELETE', `/${NOISE_INDEX}`);
      await search.restart({});
    };
  },
};
