import { expect } from 'vitest';
import { faultClass } from './fault-class.ts';

const plays = [
  ['oss-reply-lost', 0],
  ['function-silent', 1],
] as const;

faultClass('reply lost after the write', plays, ({ logged }) => {
  expect(logged).toMatchObject({ 'the batch was not taken; it is sent again': expect.any(Number) });
});
