import type { Fault } from '../fault.ts';

const MINUTE_MS = 60_000;
/** OSS refuses what is signed more than 15 minutes off; the others it takes. */
const MINUTES = [-60, -16, -10, -1, 1, 10, 16, 60];

/** The workers' clocks jump, and jump back. */
export const fault: Fault = {
  name: 'clock-jump',
  class: 'clock jumps',
  weight: 2,
  holdMs: [1_500, 4_000],
  async inject(world, random) {
    const minutes = random.pick(MINUTES);
    world.say(`${minutes} minutes`);
    await world.workers.shiftClock(minutes * MINUTE_MS);
    return () => world.workers.shiftClock(0);
  },
};
