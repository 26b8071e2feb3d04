import { type Fault, nothingToLift } from '../fault.ts';

/** Longer than `invoke.timeout.ms`: the answer comes to nobody, and a late commit meets its own repetition. */
const TOO_LATE_MS = 6_000;

/** What was asked for is done, or done late, and nobody learns it. */
export const fault: Fault = {
  name: 'maxcompute-reply-lost',
  class: 'reply lost after the write',
  weight: 2,
  async inject({ maxcompute, say }, random) {
    const times = random.int(2, 8);
    const kind = random.pick(['drop-after', 'delay-after', 'delay-before'] as const);
    say(`MaxCompute: ${times} commits, ${kind}`);
    for (const operation of ['upload.commit', 'upsert.commit'] as const) {
      const order = { times, operation };
      await maxcompute.order(kind === 'drop-after' ? { kind, ...order } : { kind, delayMs: TOO_LATE_MS, ...order });
    }
    return nothingToLift;
  },
};
