import type { Fault } from '../fault.ts';
import { FC_NAMES, HALF_IS_TAKEN } from '../fc-account.ts';

/** Instances are killed with half of a batch taken. */
export const fault: Fault = {
  name: 'fc-killed',
  class: 'function killed in mid-batch',
  weight: 2,
  async inject({ fc, say }, random) {
    const times = random.int(3, 6);
    say(`Function Compute: ${times} instances of each function killed`);
    await fc.order(
      { kind: 'kill', function: FC_NAMES.taker, atLine: HALF_IS_TAKEN, times },
      { kind: 'kill', function: FC_NAMES.objects },
      { kind: 'kill', function: FC_NAMES.objects, afterMs: random.int(1, 20), times: times - 1 },
    );
    return () => fc.befallen();
  },
};
