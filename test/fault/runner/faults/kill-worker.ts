import { type Fault, nothingToLift } from '../fault.ts';

/** Dies without a word; its partitions are given away after the session. */
export const fault: Fault = {
  name: 'kill-worker',
  class: '`kill -9` of a worker',
  weight: 3,
  async inject(world, random) {
    const slot = random.pick(world.workers.slots);
    world.say(`worker ${slot.index}`);
    slot.signal('SIGKILL');
    return nothingToLift;
  },
};
