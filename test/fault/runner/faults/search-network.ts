import type { Fault } from '../fault.ts';
import { networkFault } from './network.ts';

/** Between the workers and the search server. */
export const fault: Fault = {
  name: 'search-network',
  class: 'network to a target: latency, cut, half-open, truncated reply',
  weight: 3,
  holdMs: [300, 5_000],
  async inject(world, random) {
    const { proxy } = world.search;
    const { fault, text } = networkFault(random);
    world.say(`search server: ${text}`);
    if (fault === 'cut') proxy.cut();
    else proxy.fault = fault;
    return async () => {
      if (fault === 'cut') proxy.cut();
      proxy.fault = undefined;
    };
  },
};
