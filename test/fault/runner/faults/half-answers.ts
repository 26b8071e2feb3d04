import type { Fault } from '../fault.ts';

/** OSS does what it was asked for, and its answer breaks off in the middle. */
export const fault: Fault = {
  name: 'half-answers',
  class: 'target answers half a reply',
  weight: 1,
  async inject(world, random) {
    const bytes = random.int(20, 120);
    world.say(`OSS: answers end after ${bytes} bytes`);
    world.oss.proxy.fault = { kind: 'truncate', bytes };
    return async () => {
      world.oss.proxy.fault = undefined;
    };
  },
};
