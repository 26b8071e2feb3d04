import type { Fault } from '../fault.ts';

/** All at once, in order or not. */
export const fault: Fault = {
  name: 'all-brokers-restarted',
  class: 'all brokers restarted',
  weight: 1,
  alone: true,
  holdMs: [0, 3_000],
  async inject(world, random) {
    const signal = random.pick(['SIGKILL', 'SIGTERM'] as const);
    world.say(`${signal} to all brokers`);
    // In order they would wait for each other's controllers for long.
    const { brokers } = world.cluster;
    await Promise.all(brokers.map(({ broker }) => broker.kill(signal)));
    return async () => void (await Promise.all(brokers.map(({ broker }) => broker.restart())));
  },
};
