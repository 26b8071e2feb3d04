import type { Fault } from '../fault.ts';
import { networkFault } from './network.ts';

/** Between the workers and a target. */
export const fault: Fault = {
  name: 'target-network',
  class: 'network to a target: latency, cut, half-open, truncated reply',
  weight: 4,
  holdMs: [300, 5_000],
  async inject(world, random) {
    const [name, { proxy }] = random.pick([['OSS', world.oss] as const, ['function', world.fn] as const]);
    const { fault, text } = networkFault(random);
    world.say(`${name}: ${text}`);
    if (fault === 'cut') proxy.cut();
    else proxy.fault = fault;
    return async () => {
      if (fault === 'cut') proxy.cut();
      proxy.fault = undefined;
    };
  },
};
