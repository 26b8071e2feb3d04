import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['function-silent', 2],
  ['half-answers', 0],
] as const;

faultClass('target answers half a reply', plays, ({ said, logged }) => {
  expect(said.join('; ')).toMatch(/function: half-reply; OSS: answers end/);
  expect(logged['the batch was not taken; it is sent again']).toBeGreaterThan(0);
});
