import { describe, expect, it } from 'vitest';
import { objectNameProblem } from '../../../../functions/oss-sink/object-name.ts';

describe('objectNameProblem', () => {
  it.each(['orders/0/00000000000000000000.json', '订单/甲 乙+%.json', 'a..b/...x/.c', 'x'.repeat(1_023)])(
    'takes %.40s',
    (name) => {
      expect(objectNameProblem(name)).toBeUndefined();
    },
  );

  it.each([
    ['x'.repeat(1_024), 'longer than 1023 bytes'],
    ['单'.repeat(342), 'longer than 1023 bytes'],
    ['/a', 'slash'],
    ['a/', 'slash'],
    ['a//b', 'slash'],
    ['a\\b', 'backslash'],
    ['a\nb', 'control'],
    ['a\u0000', 'control'],
    ['a\u007fb', 'control'],
    ['a\ud800b', 'surrogate'],
    ['a/../b', 'dots'],
    ['./b', 'dots'],
  ])('refuses %.20j', (name, words) => {
    expect(objectNameProblem(name)).toContain(words);
  });
});
