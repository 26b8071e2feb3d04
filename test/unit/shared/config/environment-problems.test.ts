import { expect, it } from 'vitest';
import { namingVariables, readTogether } from '../../../../shared/config/environment-problems.ts';
import { ConfigError } from '../../../../shared/errors.ts';

const wrong = (key: string) => () => {
  throw new ConfigError([{ key, message: 'is required' }], 'worker settings');
};

it('each problem names its variable, under what was wrong as a whole', () => {
  expect(() => namingVariables('SPILLWAY_', wrong('bootstrap.servers'))).toThrow(
    /^worker settings: 1 problem\n.*bootstrap\.servers: is required \(in the environment: SPILLWAY_BOOTSTRAP_SERVERS\)$/,
  );
  expect(namingVariables('', () => 1)).toBe(1);
});

it('the problems of several parts come at once', () => {
  expect(() => readTogether('environment', wrong('a'), () => 1, wrong('b'))).toThrow(/environment: 2 problems/);
  expect(
    readTogether(
      'environment',
      () => 1,
      () => 'two',
    ),
  ).toEqual([1, 'two']);
});

it('what is no problem of the configuration is thrown as it is', () => {
  const broken = () => {
    throw new TypeError('broken');
  };
  expect(() => readTogether('environment', wrong('a'), broken)).toThrow(TypeError);
  expect(() => namingVariables('', broken)).toThrow(TypeError);
});
