import { type Fault, nothingToLift } from '../fault.ts';

/** It takes the records, and nobody learns it: no answer, none in time, or half of one. */
export const fault: Fault = {
  name: 'function-silent',
  class: 'reply lost after the write',
  weight: 2,
  async inject(world, random) {
    const kind = random.pick(['hang', 'reply-lost', 'half-reply'] as const);
    world.say(`function: ${kind}`);
    await world.fn.order({ kind });
    return nothingToLift;
  },
};
