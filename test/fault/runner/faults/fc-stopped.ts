import type { Fault } from '../fault.ts';

/** Function Compute is gone, with all instances, and comes back. */
export const fault: Fault = {
  name: 'fc-stopped',
  class: 'Function Compute gone for a while',
  weight: 1,
  // Nothing can be ordered of it meanwhile.
  alone: true,
  holdMs: [1_000, 4_000],
  async inject({ fc, say }) {
    say('Function Compute down');
    await fc.kill();
    return () => fc.start();
  },
};
