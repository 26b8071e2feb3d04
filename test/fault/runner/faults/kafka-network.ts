import type { Fault } from '../fault.ts';
import { networkFault } from './network.ts';

/** Between the workers and one broker, or all of them. */
export const fault: Fault = {
  name: 'kafka-network',
  class: 'network to Kafka: latency, cut, half-open, truncated reply',
  weight: 4,
  holdMs: [300, 5_000],
  async inject(world, random) {
    const { brokers } = world.cluster;
    const hit = random.next() < 0.3 ? brokers : [random.pick(brokers)];
    const { fault, text } = networkFault(random);
    world.say(`${hit.length === 1 ? `broker ${hit[0]?.id}` : 'all brokers'}: ${text}`);
    for (const { proxy } of hit) {
      if (fault === 'cut') proxy.cut();
      else proxy.fault = fault;
    }
    return async () => {
      for (const { proxy } of hit) {
        if (fault === 'cut') proxy.cut();
        proxy.fault = undefined;
      }
    };
  },
};
