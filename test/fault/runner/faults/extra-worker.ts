import { type Fault, nothingToLift } from '../fault.ts';

/** A further worker takes its share of all partitions, works for a moment, and goes in order or not. */
export const fault: Fault = {
  name: 'extra-worker',
  class: 'rebalance storm',
  weight: 1,
  holdMs: [0, 0],
  async inject(world, random) {
    const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
    const stayMs = random.int(500, 3_000);
    world.say(`a third worker comes, ${signal} ${stayMs} ms later`);
    const extra = await world.workers.extra();
    await extra.joined();
    await world.sleep(stayMs);
    extra.signal(signal);
    await extra.exited;
    return nothingToLift;
  },
};
