import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../../../functions/control-plane/rest/json-body.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');

describe('parseBody', () => {
  it('reads JSON', () => {
    expect(parseBody(bytes(' {"a":[1,2.5,"x",true,null]} '), 'json')).toEqual({ a: [1, 2.5, 'x', true, null] });
  });

  it('keeps every digit where numbers are texts', () => {
    const text = '{"a":12345678901234567890,"b":1.0,"c":-1.5E+10,"d":"3 \\" 4","e":[0],"f":{"7":true},"g":null}';
    expect(parseBody(bytes(text), 'json-texts')).toEqual({
      a: '12345678901234567890',
      b: '1.0',
      c: '-1.5E+10',
      d: '3 " 4',
      e: ['0'],
      f: { 7: true },
      g: null,
    });
    expect(parseBody(bytes('5'), 'json-texts')).toBe('5');
  });

  it('leaves digits inside of strings alone, whatever is escaped', () => {
    const values = { a: '\\', b: '"1"', c: 'é 1\n2', d: '\\"9', 'k1"2': '' };
    expect(parseBody(bytes(JSON.stringify(values)), 'json-texts')).toEqual(values);
    expect(parseBody(bytes(`"${'\\\\1'.repeat(200_000)}"`), 'json-texts')).toHaveLength(400_000);
  });

  it('does not look at a body that is to be ignored', () => {
    expect(parseBody(bytes('{'), 'ignored')).toBeUndefined();
    expect(parseBody(bytes(''), 'json')).toBeUndefined();
  });

  it.each(['{', '{"a":1,}', 'hunter2', '{"password":hunter2}', '{"a":1} x', '\u0000', 'NaN', '01'])(
    'refuses %j without quoting it',
    (text) => {
      expect(() => parseBody(bytes(text), 'json')).toThrow(/^The body is not JSON(: see its character \d+)?\.$/);
    },
  );

  it('refuses what is not UTF-8', () => {
    expect(() => parseBody(Buffer.from([0x22, 0xff, 0x22]), 'json')).toThrow('not UTF-8');
  });

  it('bears nesting as deep as a body can have it', () => {
    expect(() => parseBody(bytes('['.repeat(500_000)), 'json')).toThrow('not JSON');
    expect(() => parseBody(bytes('['.repeat(200_000) + ']'.repeat(200_000)), 'json-texts')).not.toThrow();
  });
});
