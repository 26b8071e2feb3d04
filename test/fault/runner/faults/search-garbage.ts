import type { Fault } from '../fault.ts';

/** What comes from the search server is no HTTP, or breaks off. */
export const fault: Fault = {
  name: 'search-garbage',
  class: 'target answers garbage',
  weight: 1,
  async inject(world, random) {
    const bytes = random.int(20, 120);
    const fault = random.pick([{ kind: 'garbage' }, { kind: 'truncate', bytes }] as const);
    world.say(`search server: ${fault.kind}`);
    world.search.proxy.fault = fault;
    return async () => {
      world.search.proxy.fault = undefined;
    };
  },
};
