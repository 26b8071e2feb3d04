import { type Fault, nothingToLift } from '../fault.ts';

const ANSWERS = [
  { status: 429, code: 'TooManyRequests' },
  { status: 503, code: 'ServiceUnavailable' },
  { status: 500, code: 'InternalError' },
  { status: 503, code: 'SlowDown' },
] as const;

export const fault: Fault = {
  name: 'oss-status',
  class: 'target answers 429/500/503',
  weight: 2,
  async inject(world, random) {
    const answer = random.pick(ANSWERS);
    const times = random.int(5, 80);
    const retryAfter = random.next() < 0.3 ? { retryAfterSeconds: 1 } : {};
    world.say(`OSS ${answer.status} ${answer.code}, ${times} times`);
    await world.oss.order({ kind: 'status', ...answer, ...retryAfter, times });
    return nothingToLift;
  },
};
