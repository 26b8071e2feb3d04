import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { defineKey } from '../../../../shared/config/define-key.ts';
import type { ConfigOf, KeyDefinition } from '../../../../shared/config/definition.ts';
import { Refusal } from '../../../../shared/config/schemas.ts';
import { Secret } from '../../../../shared/config/secret.ts';

const TEXT = { importance: 'LOW', group: 'Test', displayName: 'Test', doc: 'A key of a test.' } as const;

function parsed<T>(key: KeyDefinition<T>, raw: unknown): T {
  return key.schema.parse(raw);
}

function complaint(key: KeyDefinition, raw: unknown): string {
  const result = key.schema.safeParse(raw);
  return result.success ? `accepted: ${String(result.data)}` : result.error.issues.map((issue) => issue.message).join();
}

describe('numbers', () => {
  const key = defineKey.int({ ...TEXT, min: -5, max: 10, unit: 'records' });

  it('accepts a number and its spelling', () => {
    for (const raw of [6, '6', ' 6 ', '+6', '006']) expect(parsed(key, raw)).toBe(6);
    expect(Object.is(parsed(key, '-0'), 0)).toBe(true);
  });

  it.each([11, -6, '11', '1.5', 1.5, '1e1', '0x1', '', ' ', 'six', '6 records', true, null, undefined, [6], { a: 6 }])(
    'refuses %j and says what it expected',
    (raw) => {
      expect(complaint(key, raw)).toBe('expected a whole number from -5 to 10, in records');
    },
  );

  it('reads every number in its range from both spellings, and no other', () => {
    fc.assert(
      fc.property(fc.integer(), (n) => {
        const accepted = n >= -5 && n <= 10;
        expect(key.schema.safeParse(n).success).toBe(accepted);
        expect(key.schema.safeParse(String(n)).success).toBe(accepted);
      }),
    );
  });

  it('holds an int to 32 bits and a long to what is exact', () => {
    expect(complaint(defineKey.int({ ...TEXT, min: 0 }), 2 ** 31)).toContain('from 0 to 2147483647');
    const long = defineKey.long({ ...TEXT, min: 0 });
    expect(parsed(long, '9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(complaint(long, '9007199254740992')).toBe('expected a whole number of 0 or more');
  });
});

describe('booleans', () => {
  const key = defineKey.boolean(TEXT);

  it.each([
    [true, true],
    ['true', true],
    [' TRUE ', true],
    [false, false],
    ['False', false],
  ])('reads %j', (raw, value) => {
    expect(parsed(key, raw)).toBe(value);
  });

  it.each(['yes', '1', 1, '', {}])('refuses %j', (raw) => {
    expect(complaint(key, raw)).toBe('expected true or false');
  });
});

describe('text', () => {
  const key = defineKey.string({
    ...TEXT,
    expected: 'a colour',
    check: (t) => (t === 'grey' ? 'a real colour' : undefined),
  });

  it('keeps text as given and reads scalars as text', () => {
    expect(parsed(key, ' red ')).toBe(' red ');
    expect(parsed(key, 7)).toBe('7');
    expect(parsed(key, false)).toBe('false');
  });

  it('refuses emptiness, nested values and what its check refuses', () => {
    expect(complaint(key, '')).toBe('expected a colour');
    expect(complaint(key, ['red'])).toBe('expected a colour');
    expect(complaint(key, 'grey')).toBe('expected a real colour');
  });
});

describe('lists', () => {
  const key = defineKey.list({
    ...TEXT,
    expected: 'words',
    check: (t) => (/\d/.test(t) ? 'words, not numbers' : undefined),
  });

  it('splits on commas, trims and drops repeats', () => {
    expect(parsed(key, ' a ,b,a')).toEqual(['a', 'b']);
  });

  it('refuses no entry, empty entries and bad ones', () => {
    expect(complaint(key, ' ')).toBe('expected a comma-separated list of words, at least one');
    expect(complaint(key, 'a,,b')).toContain('nothing empty between the commas');
    expect(complaint(key, 'a,b2')).toBe('expected words, not numbers');
    expect(complaint(key, ['a'])).toBe('expected a comma-separated list of words');
  });
});

describe('enums', () => {
  const key = defineKey.enum(['stop', 'continue'], { ...TEXT, spellings: { none: 'stop' } });

  it('reads values in any case, and other spellings of them', () => {
    expect(['STOP', ' continue', 'None'].map((raw) => parsed(key, raw))).toEqual(['stop', 'continue', 'stop']);
    expect(key.values).toEqual(['stop', 'continue']);
  });

  it('lists what it knows', () => {
    expect(complaint(key, 'halt')).toBe('expected one of stop, continue (also read: none)');
    expect(complaint(key, 'toString')).toContain('expected one of');
  });
});

it('reads passwords as secrets and shows nothing of one it refuses', () => {
  const key = defineKey.password(TEXT);
  expect(parsed(key, 'hunter2')).toBeInstanceOf(Secret);
  expect(complaint(key, `pw\${file:x}`)).toMatch(/^expected a secret.*needs a path and a key$/);
});

it('parses text into what code wants', () => {
  const key = defineKey.parsed((t) => (t === 'x' ? new Refusal('not x') : t.length), { ...TEXT, expected: 'text' });
  expect(parsed(key, 'abc')).toBe(3);
  expect(complaint(key, 'x')).toBe('expected not x');
  expect(complaint(key, {})).toBe('expected text');
});

it('types a key as optional unless it has a default, is derived or required', () => {
  const keys = {
    plain: defineKey.string(TEXT),
    required: defineKey.string({ ...TEXT, required: true }),
    defaulted: defineKey.int({ ...TEXT, min: 0, default: 1 }),
    derived: defineKey.string({ ...TEXT, derived: { text: 'x', reads: [], value: () => 'x' } }),
    choice: defineKey.enum(['a', 'b'], { ...TEXT, default: 'a' }),
    secret: defineKey.password(TEXT),
  };
  type Config = ConfigOf<typeof keys>;
  expectTypeOf<Config['plain']>().toEqualTypeOf<string | undefined>();
  expectTypeOf<Config['required']>().toEqualTypeOf<string>();
  expectTypeOf<Config['defaulted']>().toEqualTypeOf<number>();
  expectTypeOf<Config['derived']>().toEqualTypeOf<string>();
  expectTypeOf<Config['choice']>().toEqualTypeOf<'a' | 'b'>();
  expectTypeOf<Config['secret']>().toEqualTypeOf<Secret | undefined>();
  expect(keys.defaulted.default).toBe(1);
});
