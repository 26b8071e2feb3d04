import type { Fault } from '../fault.ts';

/** What it answers is no HTTP. */
export const fault: Fault = {
  name: 'target-garbage',
  class: 'target answers garbage',
  weight: 2,
  async inject(world, random) {
    const [name, { proxy }] = random.pick([['OSS', world.oss] as const, ['function', world.fn] as const]);
    world.say(name);
    proxy.fault = { kind: 'garbage' };
    return async () => {
      proxy.fault = undefined;
    };
  },
};
