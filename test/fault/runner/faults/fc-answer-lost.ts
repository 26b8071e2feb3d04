import type { Fault } from '../fault.ts';

/** Longer than `invoke.timeout.ms`. */
const TOO_LATE_MS = 6_000;

/** Functions run, and nobody learns it. */
export const fault: Fault = {
  name: 'fc-answer-lost',
  class: 'reply lost after the write',
  weight: 2,
  async inject({ fc, say }, random) {
    const kind = random.pick(['drop-after', 'delay-after', 'delay-before'] as const);
    const times = random.int(4, 10);
    say(`Function Compute: ${times} answers, ${kind}`);
    await fc.order(kind === 'drop-after' ? { kind, times } : { kind, delayMs: TOO_LATE_MS, times });
    return () => fc.befallen();
  },
};
