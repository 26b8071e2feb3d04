import type { Fault } from '../fault.ts';

/** The search server ends, in order or not, and comes back with what it had confirmed. */
export const fault: Fault = {
  name: 'search-stopped',
  class: 'search server stopped and started',
  weight: 2,
  holdMs: [500, 4_000],
  async inject(world, random) {
    const signal = random.pick(['SIGKILL', 'SIGTERM'] as const);
    world.say(`${signal} to the search server`);
    await world.search.kill(signal);
    return () => world.search.start();
  },
};
