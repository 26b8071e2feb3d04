import type { Fault } from '../fault.ts';

/** It dies with sessions open, and comes back with them. */
export const fault: Fault = {
  name: 'maxcompute-stopped',
  class: 'MaxCompute gone for a while',
  weight: 2,
  // Nothing can be ordered of it meanwhile.
  alone: true,
  holdMs: [1_000, 4_000],
  async inject({ maxcompute, say }) {
    say('kill -9 of the MaxCompute stand-in');
    await maxcompute.kill();
    return () => maxcompute.start();
  },
};
