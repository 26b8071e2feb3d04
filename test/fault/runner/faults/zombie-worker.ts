import type { Fault } from '../fault.ts';

/** Sleeps past its session, so that others own its partitions when it wakes and goes on writing what it had begun. */
export const fault: Fault = {
  name: 'zombie-worker',
  class: 'session times out during a slow write',
  weight: 1,
  holdMs: [7_000, 9_000],
  async inject(world, random) {
    const slot = random.pick(world.workers.slots);
    const delayMs = random.int(200, 1_500);
    world.say(`worker ${slot.index}, writes take ${delayMs} ms`);
    // Put to sleep in the middle of its writes.
    await world.oss.order({ kind: 'delay-after-write', delayMs, times: 20, method: 'PUT' });
    await world.sleep(delayMs);
    slot.signal('SIGSTOP');
    return async () => slot.signal('SIGCONT');
  },
};
