import { type Fault, nothingToLift } from '../fault.ts';

/** Longer than `invoke.timeout.ms`: the answer comes to nobody, and a late write meets its own repetition. */
const TOO_LATE_MS = 6_000;

/** The object is written, and nobody learns it. */
export const fault: Fault = {
  name: 'oss-reply-lost',
  class: 'reply lost after the write',
  weight: 3,
  async inject(world, random) {
    const times = random.int(3, 30);
    const kind = random.pick(['drop-after-write', 'delay-after-write', 'delay-before-write'] as const);
    world.say(`${times} times, ${kind}`);
    const order = { times, method: 'PUT' };
    await world.oss.order(kind === 'drop-after-write' ? { kind, ...order } : { kind, delayMs: TOO_LATE_MS, ...order });
    return nothingToLift;
  },
};
