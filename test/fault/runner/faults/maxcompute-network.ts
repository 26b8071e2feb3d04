import type { Fault } from '../fault.ts';
import { networkFault } from './network.ts';

/** Between the workers and MaxCompute. */
export const fault: Fault = {
  name: 'maxcompute-network',
  class: 'network to a target: latency, cut, half-open, truncated reply',
  weight: 3,
  holdMs: [300, 5_000],
  async inject({ maxcompute: { proxy }, say }, random) {
    const { fault, text } = networkFault(random);
    say(`MaxCompute: ${text}`);
    if (fault === 'cut') proxy.cut();
    else proxy.fault = fault;
    return async () => {
      if (fault === 'cut') proxy.cut();
      proxy.fault = undefined;
    };
  },
};
