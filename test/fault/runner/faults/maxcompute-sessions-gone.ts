import { type Fault, nothingToLift } from '../fault.ts';
import { untilBefallen } from './held-request.ts';

/** Longer than a round. */
const NEVER_MS = 600_000;

/** What a day, or two, do to sessions, in the middle of a commit: nothing is committed yet, or it is and nobody knows. Sessions of other
 *  batches go as well. */
export const fault: Fault = {
  name: 'maxcompute-sessions-gone',
  class: 'upload session gone',
  weight: 2,
  comesFirst: true,
  holdMs: [0, 500],
  async inject({ maxcompute, say }, random) {
    const how = random.pick(['expire', 'forget'] as const);
    const when = random.pick(['before', 'after'] as const);
    say(`${how} ${when} a commit`);
    const held =
      when === 'before' ? ({ kind: 'hold' } as const) : ({ kind: 'delay-after', delayMs: NEVER_MS } as const);
    await untilBefallen(maxcompute, { ...held, operation: 'upload.commit' });
    await maxcompute.endSessions(how);
    // The answer is lost as well: who asked must ask what became of it.
    if (when === 'after') maxcompute.proxy.cut();
    return nothingToLift;
  },
};
