import { isUtf8 } from 'node:buffer';
import { expect, it } from 'vitest';
import { utf8ProblemAt } from '../../../../shared/kernel/utf8-problem.ts';
import { RandomContents } from '../../../helpers/kernel/random-contents.ts';

it('is the longest beginning that is UTF-8', () => {
  const random = new RandomContents(7);
  for (let i = 0; i < 20_000; i++) {
    const bytes = (random.next() ?? Buffer.alloc(0)).subarray(0, 40);
    const at = utf8ProblemAt(bytes, 0, bytes.length);
    if (at < 0) {
      expect(isUtf8(bytes)).toBe(true);
      continue;
    }
    expect(isUtf8(bytes.subarray(0, at))).toBe(true);
    for (let end = at + 1; end <= Math.min(bytes.length, at + 4); end++)
      expect(isUtf8(bytes.subarray(at, end))).toBe(false);
  }
});

it('minds the range', () => {
  const bytes = Buffer.from('a中b');
  expect(utf8ProblemAt(bytes, 0, bytes.length)).toBe(-1);
  expect(utf8ProblemAt(bytes, 0, 3)).toBe(1);
  expect(utf8ProblemAt(bytes, 2, 5)).toBe(2);
  expect(utf8ProblemAt(bytes, 4, 5)).toBe(-1);
});
