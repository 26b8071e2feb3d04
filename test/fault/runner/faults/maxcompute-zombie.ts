import type { Fault } from '../fault.ts';
import { untilBefallen } from './held-request.ts';

/** A worker falls asleep in the middle of a session, past its membership, so that others own its partitions when it wakes; what it
 *  had asked for is done only then. */
export const fault: Fault = {
  name: 'maxcompute-zombie',
  class: 'session times out during a slow write',
  weight: 1,
  comesFirst: true,
  holdMs: [7_000, 9_000],
  async inject({ maxcompute, workers, say }, random) {
    const late = random.pick(['upload.commit', 'upload.block', 'upsert.commit', 'upsert.write'] as const);
    const slot = random.pick(workers.slots);
    say(`worker ${slot.index}, late ${late}`);
    await untilBefallen(maxcompute, { kind: 'hold', operation: late });
    slot.signal('SIGSTOP');
    return async () => slot.signal('SIGCONT');
  },
};
