import { type Fault, nothingToLift } from '../fault.ts';

const ANSWERS = [
  { kind: 'status', status: 429, code: 'FlowExceeded', holdClientMs: 300 },
  { kind: 'gateway', status: 502 },
  { kind: 'drop-before' },
  { kind: 'status', status: 503, code: 'ServiceUnavailable' },
  { kind: 'status', status: 500, code: 'InternalServerError' },
] as const;

/** Any request is refused for now, whatever it is for, or the connection ends instead. */
export const fault: Fault = {
  name: 'maxcompute-status',
  class: 'target answers 429/500/503',
  weight: 2,
  // Until each connector asks for something.
  holdMs: [2_000, 3_000],
  async inject({ maxcompute, say }, random) {
    const answer = random.pick(ANSWERS);
    const times = random.int(5, 30);
    say(`MaxCompute: ${'status' in answer ? answer.status : answer.kind}, ${times} times`);
    await maxcompute.order({ ...answer, times });
    return nothingToLift;
  },
};
