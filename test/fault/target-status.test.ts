import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['oss-status', 0],
  ['oss-status', 1],
  ['oss-status', 2],
  ['function-status', 0],
  ['function-status', 1],
  ['function-status', 3],
] as const;

faultClass('target answers 429, 500 and 503', plays, ({ said, logged }) => {
  for (const text of ['OSS 429', 'OSS 503', 'OSS 500', 'function 429', 'function 500', 'function 503'])
    expect(said.join('; ')).toContain(text);
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
});
