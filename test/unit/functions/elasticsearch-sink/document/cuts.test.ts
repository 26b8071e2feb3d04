import { describe, expect, it } from 'vitest';
import { RandomContents } from '../../../../helpers/kernel/random-contents.ts';
import { documentOf, pointers } from './setup.ts';

function without(text: string, ...dropped: string[]): string {
  return documentOf(text, { dropFields: pointers(...dropped) });
}

describe('dropped fields', () => {
  it('are cut out, and what stays keeps every byte', () => {
    const text = '{"a":1234567890123456789, "b" : 1.0 ,"c":"\\u00e9","d":[1E5]}';
    expect(without(text, '/b')).toBe('{"a":1234567890123456789,"c":"\\u00e9","d":[1E5]}');
    expect(without(text, '/a')).toBe('{"b" : 1.0 ,"c":"\\u00e9","d":[1E5]}');
    expect(without(text, '/d')).toBe('{"a":1234567890123456789, "b" : 1.0 ,"c":"\\u00e9"}');
    expect(without(text, '/a', '/b', '/c', '/d')).toBe('{}');
    expect(without(text, '/x', '/d/1')).toBe(text);
    expect(without(text, '/a/b')).toBe(text.replace(', "b"', ',"b"'));
  });

  it('may lie deep, and in arrays, where indices are those of the array as it came', () => {
    expect(without('{"a":{"b":{"c":1,"d":2},"e":3}}', '/a/b/c')).toBe('{"a":{"b":{"d":2},"e":3}}');
    expect(without('{"a":{"b":{"c":1}}}', '/a/b/c')).toBe('{"a":{"b":{}}}');
    expect(without('{"l":[10,{"x":1,"y":2},30,40]}', '/l/0', '/l/1/x', '/l/3')).toBe('{"l":[{"y":2},30]}');
    expect(without('[{"x":1},{"x":2}]', '/1/x')).toBe('{"value":[{"x":1},{}]}');
    expect(without('["x"]', '/0')).toBe('{"value":[]}');
    expect(without('"x"', '/0')).toBe('{"value":"x"}');
    expect(without('{"l":[1]}', '/l/00', '/l/-', '/l/1')).toBe('{"l":[1]}');
  });

  it('are told by name, whatever its escapes, and all of that name', () => {
    expect(without('{"\\u0061":1,"b":2,"a":3}', '/a')).toBe('{"b":2}');
    expect(without('{"x":{"a\\/b":1,"a~b":2,"":3,"中":4}}', '/x/a~1b', '/x/a~0b', '/x/', '/x/中')).toBe('{"x":{}}');
    expect(without('{"a":{"b":1},"a":{"b":2,"c":3}}', '/a/b')).toBe('{"a":{},"a":{"c":3}}');
    expect(without('{"__proto__":{"b":1},"constructor":2}', '/__proto__/b')).toBe('{"__proto__":{},"constructor":2}');
  });

  it('are not mistaken for text in strings', () => {
    expect(without('{"s":"}],\\",\\"a\\":","a":["]","}","\\\\"],"t":1}', '/a')).toBe('{"s":"}],\\",\\"a\\":","t":1}');
    expect(without('{"s":"x","a":"\\\\","t":"\\""}', '/a')).toBe('{"s":"x","t":"\\""}');
  });

  it('leave what deleting them from the parsed value leaves', () => {
    const random = new RandomContents(11);
    const names = ['a', 'b', '中', 'a/b', 'x"y'];
    const name = () => names[random.below(names.length)] ?? '';
    const value = (depth: number): unknown => {
      const kind = random.below(depth > 3 ? 4 : 8);
      if (kind < 4) return [random.below(1000) / 8, 'te"x]t,}\\', null, true][kind];
      const list = Array.from({ length: random.below(4) }, () => value(depth + 1));
      return kind < 6 ? list : Object.fromEntries(list.map((member) => [name(), member]));
    };
    for (let i = 0; i < 3_000; i++) {
      const document = Object.fromEntries(Array.from({ length: 4 }, () => [name(), value(0)]));
      const steps = Array.from({ length: 1 + random.below(3) }, () => (random.below(3) === 0 ? '0' : name()));
      const expected = structuredClone(document);
      let parent: unknown = expected;
      for (const step of steps.slice(0, -1)) {
        parent =
          typeof parent === 'object' && parent !== null && Object.hasOwn(parent, step)
            ? Reflect.get(parent, step)
            : undefined;
      }
      const last = steps.at(-1) ?? '';
      if (Array.isArray(parent)) {
        if (last === '0') parent.shift();
      } else if (typeof parent === 'object' && parent !== null) {
        Reflect.deleteProperty(parent, last);
      }
      const pointer = steps.map((step) => `/${step.replaceAll('/', '~1')}`).join('');
      const text = JSON.stringify(document, null, random.below(2) * 2);
      expect(JSON.parse(without(text, pointer)), `${pointer} of ${text}`).toEqual(expected);
    }
  });
});
