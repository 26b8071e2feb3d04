import type { Fault } from '../fault.ts';
import { FC_NAMES } from '../fc-account.ts';

/** Functions are ended by their own time limit, with some of a batch done. */
export const fault: Fault = {
  name: 'fc-time-out',
  class: 'function time-outs',
  weight: 2,
  async inject({ fc, say }, random) {
    const times = random.int(1, 5);
    const afterMs = random.int(1, 29);
    say(`Function Compute: ${times} time-outs of each function, after ${afterMs} ms`);
    await fc.order(
      ...Object.values(FC_NAMES).map((name) => ({ kind: 'time-out', function: name, afterMs, times }) as const),
    );
    return () => fc.befallen();
  },
};
