import { describe, expect, it } from 'vitest';
import { jsonPointer, valueAtPointer } from '../../../shared/json-pointer.ts';

const at = (document: unknown, text: string) => {
  const pointer = jsonPointer(text);
  if (pointer === undefined) throw new Error(`${text} is no pointer`);
  return valueAtPointer(document, pointer);
};

describe('a JSON Pointer', () => {
  it.each(['', 'a', 'a/b', '/a~', '/a~2b'])('is not %j', (text) => {
    expect(jsonPointer(text)).toBeUndefined();
  });

  it('leads to members and elements', () => {
    const document = { a: [{ b: 1 }, { b: 2 }], 'x/y': 3, 'm~n': 4, '': { '': 5 }, '~1': 6 };
    expect(at(document, '/a/1/b')).toBe(2);
    expect(at(document, '/x~1y')).toBe(3);
    expect(at(document, '/m~0n')).toBe(4);
    expect(at(document, '//')).toBe(5);
    expect(at(document, '/~01')).toBe(6);
    expect(at([7], '/0')).toBe(7);
  });

  it.each(['/a/2', '/a/01', '/a/-', '/a/length', '/b', '/a/0/b/c', '/constructor', '/__proto__'])(
    '%s leads nowhere',
    (text) => {
      expect(at({ a: [{ b: 1 }, 2] }, text)).toBeUndefined();
    },
  );

  it('leads nowhere in what is no object', () => {
    for (const document of [null, undefined, 1, 'text', true]) expect(at(document, '/0')).toBeUndefined();
  });
});
