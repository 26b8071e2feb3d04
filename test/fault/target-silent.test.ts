import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['oss-hangs', 0],
  ['function-silent', 0],
] as const;

faultClass('target hangs', plays, ({ said, logged }) => {
  expect(said.join('; ')).toMatch(/OSS, \d+ requests; function: hang/);
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
});
