import type { Fault } from '../fault.ts';

/** Function Compute starts a new instance for each call, and takes its time; at the longest, longer than `invoke.timeout.ms`: the function runs
 *  when nobody waits for it any more. */
export const fault: Fault = {
  name: 'fc-cold-start',
  class: 'cold starts of functions',
  weight: 2,
  holdMs: [3_000, 4_000],
  async inject({ fc, say }, random) {
    const delayMs = random.pick([6_000, 1_500, 300]);
    const times = random.int(4, 8);
    say(`Function Compute: ${times} cold starts of ${delayMs} ms`);
    await fc.order({ kind: 'cold-start', delayMs, times });
    return () => fc.befallen();
  },
};
