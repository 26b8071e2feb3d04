import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { type ApiOptions, authorizationOf, withApi } from '../../../../cli/api/api-options.ts';

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString('base64')}`;

describe('authorizationOf', () => {
  it.each([
    [{}, {}, undefined],
    [{ token: 't' }, {}, 'Bearer t'],
    [{ user: 'bob:s' }, {}, basic('bob:s')],
    [{ user: 'bob' }, { SPILLWAY_PASSWORD: 'pé' }, basic('bob:pé')],
    [{}, { SPILLWAY_TOKEN: 't' }, 'Bearer t'],
    [{}, { SPILLWAY_USER: 'bob', SPILLWAY_PASSWORD: 's' }, basic('bob:s')],
    [{ user: 'bob:s' }, { SPILLWAY_TOKEN: 't' }, basic('bob:s')],
    [{ token: 'mine' }, { SPILLWAY_TOKEN: 't', SPILLWAY_USER: 'bob:s' }, 'Bearer mine'],
    [{}, { SPILLWAY_TOKEN: '', SPILLWAY_USER: '' }, undefined],
  ])('of %j with %j', (given, env, expected) => {
    expect(authorizationOf(given, env)).toBe(expected);
  });

  it('names the variable for a password that is missing', () => {
    expect(() => authorizationOf({ user: 'bob' }, {})).toThrow(/--user: bob has no password.*SPILLWAY_PASSWORD/s);
  });
});

describe('withApi', () => {
  const parsed = (...args: string[]) => {
    const command = withApi(new Command('x'))
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    return command.parse(args, { from: 'user' }).opts<ApiOptions>();
  };

  it('has a worker of this machine by default', () => {
    const { url, timeout, json } = parsed();
    expect([url.origin, timeout, json]).toEqual(['http://127.0.0.1:8083', 30, false]);
  });

  it('keeps the path of a proxy', () => {
    expect(parsed('--url', 'https://a.test/spillway/').url.href).toBe('https://a.test/spillway/');
  });

  it.each([
    ['--url', 'worker:8083'],
    ['--url', 'ftp://worker'],
    ['--url', 'http://bob:secret@worker'],
    ['--timeout', '0'],
    ['--timeout', 'soon'],
  ])('refuses %s %s', (option, text) => {
    expect(() => parsed(option, text)).toThrow(/expected/);
  });

  it('takes one way to sign in', () => {
    expect(() => parsed('--token', 't', '--user', 'bob:s')).toThrow(/cannot be used with/);
  });
});
