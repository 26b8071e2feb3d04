import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

faultClass(
  'SIGTERM in mid-batch',
  [
    ['stop-worker', 0],
    ['stop-worker', 1],
  ],
  ({ ends, logged }) => {
    // In order: 1 where a task waits for its restart because of an earlier fault. The second worker may take its time.
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter((end) => !/^code [01]$/.test(end))).toEqual([]);
    expect(logged['stopping; a second signal stops at once']).toBe(2);
  },
);
