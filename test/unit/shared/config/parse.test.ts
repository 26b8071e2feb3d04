import { describe, expect, it } from 'vitest';
import { defineKey } from '../../../../shared/config/define-key.ts';
import { crossCheck } from '../../../../shared/config/definition.ts';
import { checkConfig, parseConfig, type RawConfig } from '../../../../shared/config/parse.ts';
import { ConfigError } from '../../../../shared/errors.ts';

const TEXT = { importance: 'LOW', group: 'Test', displayName: 'Test', doc: 'A key of a test.' } as const;
const ENV_X = `\${env:X}`;

const keys = {
  name: defineKey.string({ ...TEXT, required: true }),
  'batch.size': defineKey.int({ ...TEXT, min: 1, default: 20 }),
  'batch.bytes': defineKey.int({ ...TEXT, min: 1, default: 100 }),
  'max.bytes': defineKey.int({ ...TEXT, min: 1, default: 200 }),
  policy: defineKey.enum(['continue', 'stop'], {
    ...TEXT,
    aliases: ['tolerance'],
    spellings: { all: 'continue', none: 'stop' },
    default: 'continue',
  }),
  group: defineKey.string({
    ...TEXT,
    derived: { text: 'connect-<name>', reads: ['name'], value: (config) => `connect-${config['name']}` },
  }),
  password: defineKey.password({ ...TEXT, aliases: ['secret.password'] }),
  note: defineKey.string(TEXT),
};
const fits = crossCheck(keys, ['batch.bytes', 'max.bytes'], (config) =>
  config['batch.bytes'] > config['max.bytes'] ? [{ key: 'batch.bytes', message: 'too large' }] : [],
);

function problems(raw: RawConfig): readonly string[] {
  return checkConfig(keys, [fits], raw).problems.map(({ key, message }) => `${key}: ${message}`);
}

describe('values', () => {
  it('fills in defaults and derived defaults', () => {
    const { config, warnings } = parseConfig(keys, [fits], { name: 'orders', 'batch.size': '7' });
    expect(config).toEqual({
      name: 'orders',
      'batch.size': 7,
      'batch.bytes': 100,
      'max.bytes': 200,
      policy: 'continue',
      group: 'connect-orders',
      password: undefined,
      note: undefined,
    });
    expect(warnings).toEqual([]);
  });

  it('derives from defaults of keys that come later, and from what is derived there', () => {
    const value = (key: string) => (config: Readonly<Record<string, unknown>>) => `${config[key]}!`;
    const chain = {
      first: defineKey.string({ ...TEXT, derived: { text: 'second!', reads: ['second'], value: value('second') } }),
      second: defineKey.string({ ...TEXT, derived: { text: 'third!', reads: ['third'], value: value('third') } }),
      third: defineKey.string({ ...TEXT, default: 'end' }),
    };
    expect(checkConfig(chain, [], {}).config).toEqual({ first: 'end!!', second: 'end!', third: 'end' });
    expect(checkConfig(chain, [], { third: '' }).problems.map(({ key }) => key)).toEqual(['third']);
  });

  it('prefers what is given to what would be derived', () => {
    expect(parseConfig(keys, [], { name: 'a', group: 'mine' }).config.group).toBe('mine');
  });

  it('takes null and undefined for not given', () => {
    expect(parseConfig(keys, [], { name: 'a', 'batch.size': null, policy: undefined }).config['batch.size']).toBe(20);
    expect(problems({ name: null })).toEqual(['name: is required and not given']);
  });
});

describe('problems', () => {
  it('come back all at once, each under its key, in one ConfigError', () => {
    const raw = { 'batch.size': 'many', policy: 'halt', 'batch.bytes': 300 };
    let thrown: unknown;
    try {
      parseConfig(keys, [fits], raw, 'connector orders');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    const error = thrown as ConfigError;
    expect(error.problems.map(({ key }) => key)).toEqual(['batch.size', 'policy', 'name', 'batch.bytes']);
    expect(error.message).toMatch(/^connector orders: 4 problems\n/);
  });

  it('show what was given, but not all of a long value', () => {
    expect(problems({ name: 'a', 'batch.size': 'x' })).toEqual([
      'batch.size: expected a whole number from 1 to 2147483647, got "x"',
    ]);
    const [message = ''] = problems({ name: 'a', 'batch.size': 'x'.repeat(1000) });
    expect(message).toMatch(/\.\.\. \(1002 characters\)$/);
    expect(message.length).toBeLessThan(250);
  });

  it('keep cross checks from running only where one of their keys failed', () => {
    expect(problems({ name: 'a', 'batch.bytes': 300 })).toEqual(['batch.bytes: too large']);
    expect(problems({ 'batch.bytes': 300 })).toEqual(['name: is required and not given', 'batch.bytes: too large']);
    expect(problems({ name: 'a', 'batch.bytes': 300, 'max.bytes': 'x' })).toHaveLength(1);
  });

  it('of a key keep what follows from it from being checked', () => {
    const group = crossCheck(keys, ['group'], () => [{ key: 'group', message: 'ran' }]);
    expect(checkConfig(keys, [group], {}).problems.map(({ key }) => key)).toEqual(['name']);
    expect(checkConfig(keys, [group], { group: 'g' }).problems.map(({ key }) => key)).toEqual(['name', 'group']);
  });

  it('leave the keys that parsed readable', () => {
    const { config, values } = checkConfig(keys, [], { 'batch.size': 3 });
    expect(config).toBeUndefined();
    expect(values['batch.size']).toBe(3);
    expect(Object.keys(values)).not.toContain('name');
  });
});

describe('aliases', () => {
  it('are read', () => {
    expect(parseConfig(keys, [], { name: 'a', tolerance: 'none' }).config.policy).toBe('stop');
  });

  it('may repeat what the key says, in other words', () => {
    expect(parseConfig(keys, [], { name: 'a', policy: 'stop', tolerance: 'none' }).config.policy).toBe('stop');
  });

  it('that say something else are a problem on both', () => {
    const found = problems({ name: 'a', policy: 'stop', tolerance: 'all' });
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/^policy: .*policy and tolerance are two spellings/);
    expect(found[1]).toMatch(/^tolerance: /);
  });

  it('that do not parse are reported under the name they were given', () => {
    expect(problems({ name: 'a', tolerance: 'some' })[0]).toMatch(/^tolerance: expected one of .*got "some"$/);
  });

  it('of secrets are compared by what is written, and shown as nothing', () => {
    expect(problems({ name: 'a', password: 'hunter2', 'secret.password': 'hunter2' })).toEqual([]);
    const found = problems({ name: 'a', password: 'hunter2', 'secret.password': 'hunter3' });
    expect(found).toHaveLength(2);
    expect(found.join()).not.toContain('hunter');
  });
});

describe('unknown keys', () => {
  it('pass with a warning that names the nearest known key, never the value', () => {
    const { warnings } = parseConfig(keys, [], { name: 'a', 'batch.sise': 'hunter2', 'quite.another.thing': 1 });
    expect(warnings).toEqual([
      { key: 'batch.sise', message: 'unknown key, ignored; did you mean batch.size?' },
      { key: 'quite.another.thing', message: 'unknown key, ignored' },
    ]);
  });

  it('are not mistaken for what every object has', () => {
    const raw: RawConfig = JSON.parse('{"name": "a", "__proto__": {"note": "x"}, "constructor": 1}');
    const { config, warnings } = parseConfig(keys, [], raw);
    expect(config.note).toBeUndefined();
    expect(warnings.map(({ key }) => key)).toEqual(['__proto__', 'constructor']);
  });
});

describe('secrets', () => {
  it('resolve only in secret keys', () => {
    expect(problems({ name: 'a', note: ENV_X })[0]).toMatch(/^note: secret references resolve only in secret keys/);
    expect(problems({ name: 'a', password: ENV_X })).toEqual([]);
    expect(problems({ name: 'a', note: `\${topic}` })).toEqual([]);
  });

  it('in clear work with a warning that does not show them', () => {
    const { config, warnings } = parseConfig(keys, [], { name: 'a', password: 'hunter2' });
    expect(config.password?.reveal({ resolve: () => '' })).toBe('hunter2');
    expect(warnings.map(({ key }) => key)).toEqual(['password']);
    expect(JSON.stringify({ config, warnings })).not.toContain('hunter2');
  });

  it('by reference give no warning and remember their key', () => {
    const { config, warnings } = parseConfig(keys, [], { name: 'a', 'secret.password': ENV_X });
    expect(warnings).toEqual([]);
    expect(config.password?.key).toBe('secret.password');
  });

  it('that are malformed are not echoed', () => {
    expect(problems({ name: 'a', password: { value: 'hunter2' } }).join()).not.toContain('hunter2');
    expect(problems({ name: 'a', password: `hunter2\${env:}` }).join()).not.toContain('hunter2');
    expect(problems({ name: 'a', password: { value: 'hunter2' } })).toHaveLength(1);
  });
});
