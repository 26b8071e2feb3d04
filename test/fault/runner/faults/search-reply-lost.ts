import type { Fault } from '../fault.ts';

/** Requests are carried out, and nobody learns it; or they do not even arrive. Either way it says nothing until they are given up. */
export const fault: Fault = {
  name: 'search-reply-lost',
  class: 'reply lost after the write',
  weight: 2,
  holdMs: [1_000, 5_000],
  async inject(world, random) {
    const kind = random.pick(['no-answers', 'silent'] as const);
    world.say(`search server: ${kind}`);
    world.search.proxy.fault = { kind };
    return async () => {
      world.search.proxy.fault = undefined;
    };
  },
};
