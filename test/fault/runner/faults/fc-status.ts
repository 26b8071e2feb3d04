import type { Fault } from '../fault.ts';

const ANSWERS = [
  { kind: 'status', status: 429, code: 'ResourceThrottled' },
  { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  { kind: 'gateway', status: 502 },
  { kind: 'status', status: 500, code: 'InternalServerError' },
  { kind: 'garbage' },
] as const;

/** Function Compute runs nothing for now, and says so: a storm that does not end for a while. */
export const fault: Fault = {
  name: 'fc-status',
  class: 'target answers 429/500/503',
  weight: 2,
  holdMs: [2_000, 3_000],
  async inject({ fc, say }, random) {
    const answer = random.pick(ANSWERS);
    const times = random.int(10, 30);
    say(`Function Compute: ${'status' in answer ? answer.status : answer.kind}, ${times} times`);
    await fc.order({ ...answer, times });
    return () => fc.befallen();
  },
};
