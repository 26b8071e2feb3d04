import { describe, expect, it } from 'vitest';
import { givenConfig } from '../../../../../functions/control-plane/rest/given-config.ts';

const keys = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));

describe('the configuration in a body', () => {
  it('has a bounded number of keys', () => {
    expect(Object.keys(givenConfig(keys(1_000), 'The body'))).toHaveLength(1_000);
    expect(() => givenConfig(keys(1_001), 'The body')).toThrow('The body has more than 1000 keys.');
  });

  it('has no key that changes what an object is', () => {
    expect(() => givenConfig(JSON.parse('{"__proto__":"x"}'), 'config')).toThrow(
      'config has a key that no configuration',
    );
    expect(givenConfig({ constructor: 'x', toString: 'y' }, 'config')).toEqual({ constructor: 'x', toString: 'y' });
  });
});
