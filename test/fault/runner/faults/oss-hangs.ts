import { type Fault, nothingToLift } from '../fault.ts';

export const fault: Fault = {
  name: 'oss-hangs',
  class: 'target hangs',
  weight: 2,
  async inject(world, random) {
    const times = random.int(1, 12);
    world.say(`OSS, ${times} requests`);
    await world.oss.order({ kind: 'hang', times, method: 'PUT' });
    return nothingToLift;
  },
};
