import { type Fault, nothingToLift } from '../fault.ts';

/** Ends in order, in the middle of its batches. */
export const fault: Fault = {
  name: 'stop-worker',
  class: 'SIGTERM in mid-batch',
  weight: 2,
  async inject(world, random) {
    const slot = random.pick(world.workers.slots);
    world.say(`worker ${slot.index}`);
    slot.signal('SIGTERM');
    return nothingToLift;
  },
};
