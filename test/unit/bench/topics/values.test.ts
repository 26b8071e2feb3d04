import { describe, expect, it } from 'vitest';
import { makeValues, TEXTS } from '../../../bench/topics/values.ts';

const QUOTE = 0x22;
const shapes = TEXTS.flatMap((text) => [100, 200, 1_024].map((bytes) => ({ bytes, text })));

describe.each(shapes)('values of $bytes bytes in $text', (shape) => {
  const values = makeValues(shape, 500);

  it('are JSON of that length, all different', () => {
    for (const value of values)
      expect(JSON.parse(value.toString())).toMatchObject({ user: { id: expect.any(Number) } });
    expect(new Set(values.map((value) => value.length))).toEqual(new Set([shape.bytes]));
    expect(new Set(values.map(String)).size).toBe(values.length);
  });

  it('have as many quotes as orders have', () => {
    const quotes = values.reduce((sum, value) => sum + value.filter((byte) => byte === QUOTE).length, 0);
    const share = quotes / (values.length * shape.bytes);
    expect(share).toBeGreaterThan(0.1);
    expect(share).toBeLessThan(0.16);
  });

  it('are written in that text', () => {
    const chinese = values.filter((value) => /\p{Script=Han}/u.test(value.toString())).length;
    expect(chinese).toBe(shape.text === 'chinese' ? values.length : 0);
  });

  it('are the same ones every time', () => {
    expect(Buffer.concat(makeValues(shape, 500)).equals(Buffer.concat(values))).toBe(true);
  });
});
