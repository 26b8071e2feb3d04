import { type Fault, nothingToLift } from '../fault.ts';

export const fault: Fault = {
  name: 'function-status',
  class: 'target answers 429/500/503',
  weight: 2,
  async inject(world, random) {
    const status = random.pick([429, 500, 502, 503, 504]);
    world.say(`function ${status}`);
    const retryAfter = random.next() < 0.3 ? { retryAfterSeconds: 1 } : {};
    await world.fn.order({ kind: 'status', status, ...retryAfter });
    return nothingToLift;
  },
};
