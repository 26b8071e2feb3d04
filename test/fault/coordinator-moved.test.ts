import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass(
  'group coordinator moved',
  [
    ['coordinator-moved', 0],
    ['coordinator-moved', 4],
  ],
  ({ said, ends }) => {
    expect(said.join('; ')).toMatch(
      /connect-objects-once from broker (\d) to (?!\1)\d; .*connect-function from broker/,
    );
    expect(ends).toEqual([]);
  },
);
