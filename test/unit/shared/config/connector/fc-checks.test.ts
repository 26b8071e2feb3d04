import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import { connectorNotes } from '../../../../../shared/config/connector/notes.ts';
import { checkConnector, parseConnector } from '../../../../../shared/config/connector-keys.ts';
import type { RawConfig } from '../../../../../shared/config/parse.ts';

const FC = {
  name: 'orders',
  'connector.class': 'fc-sink',
  topics: 'orders',
  'fc.function.name': 'orders',
  'fc.endpoint': '123.cn-hangzhou.fc.aliyuncs.com',
};

function problems(raw: RawConfig): string[] {
  return checkConnector(fcSink, { ...FC, ...raw }).problems.map(({ key, message }) => `${key}: ${message}`);
}

describe('keys of Function Compute', () => {
  it('are few where the endpoint says it all', () => {
    expect(problems({})).toEqual([]);
    const { connector } = parseConnector(fcSink, FC);
    expect(connector).toMatchObject({
      'invoke.target': 'fc',
      'fc.endpoint': 'https://123.cn-hangzhou.fc.aliyuncs.com',
      'fc.api.version': '3.0',
      'fc.qualifier': 'LATEST',
      'fc.log.tail': true,
      'fc.async.task.id': 'offsets',
      'invoke.max.bytes': 6 * 1024 * 1024,
    });
  });

  it('name the service with 2.0, and only there', () => {
    expect(problems({ 'fc.service.name': 'kafka' })).toEqual([expect.stringContaining('only for fc.api.version=2.0')]);
    expect(problems({ 'fc.api.version': '2.0' })).toEqual([expect.stringContaining('fc.service.name: is required')]);
    expect(problems({ 'fc.api.version': '2.0', 'fc.service.name': 'kafka' })).toEqual([]);
  });

  it('name account and region with 2.0 where the endpoint does not', () => {
    const raw = { 'fc.api.version': '2.0', 'fc.service.name': 'kafka', 'fc.endpoint': 'http://127.0.0.1:9000' };
    expect(problems(raw)).toEqual([expect.stringContaining('fc.account.id')]);
    expect(problems({ ...raw, 'fc.account.id': '1', 'fc.region': 'cn-hangzhou' })).toEqual([]);
  });

  it('give key and secret together, and a token only with them', () => {
    expect(problems({ 'fc.access.key.id': 'a' })).toEqual([expect.stringContaining('fc.access.key.secret: ')]);
    expect(problems({ 'fc.access.key.secret': 'a' })).toEqual([expect.stringContaining('fc.access.key.id: ')]);
    expect(problems({ 'fc.security.token': 'a' })).toEqual([expect.stringContaining('fc.security.token: ')]);
    expect(problems({ 'fc.access.key.id': 'a', 'fc.access.key.secret': 'b', 'fc.security.token': 'c' })).toEqual([]);
  });

  it.each([
    [{}, 33_554_432, 33_554_433],
    [{ 'fc.api.version': '2.0', 'fc.service.name': 's' }, 6_291_456, 6_291_457],
    [{ 'invoke.mode': 'async' }, 131_072, 131_073],
  ])('bound a call by what it takes: %j', (raw, most, tooMuch) => {
    expect(problems({ ...raw, 'invoke.max.bytes': most })).toEqual([]);
    expect(problems({ ...raw, 'invoke.max.bytes': tooMuch })).toEqual([
      expect.stringContaining(`takes ${most} bytes at most`),
    ]);
  });

  it('bound a call by what the group waits for it, unless nobody waits', () => {
    expect(problems({ 'invoke.timeout.ms': 240_000 })).toEqual([]);
    expect(problems({ 'invoke.timeout.ms': 240_001 })).toEqual([expect.stringContaining('use invoke.mode=async')]);
    expect(problems({ 'invoke.timeout.ms': 240_001, 'invoke.mode': 'async' })).toEqual([]);
  });

  it.each([
    ['fc.endpoint', 'http://h/2023-03-30'],
    ['fc.region', 'Hangzhou'],
    ['fc.account.id', 'me'],
    ['fc.function.name', 'a/b'],
    ['fc.function.name', 'x'.repeat(65)],
    ['fc.qualifier', 'v 1'],
    ['fc.role.arn', 'acs:ram::1:user/x'],
  ])('refuse %s=%s', (key, value) => {
    expect(problems({ [key]: value })).toContainEqual(expect.stringMatching(new RegExp(`^${key}: expected`)));
  });
});

describe('notes', () => {
  const notes = (raw: RawConfig, userFunction: boolean) =>
    connectorNotes(parseConnector(fcSink, { ...FC, ...raw }).connector, userFunction).map(({ message }) => message);

  it('are none of a synchronous call', () => {
    expect(notes({}, true)).toEqual([]);
  });

  it('say what an asynchronous call asks of the function', () => {
    const said = notes({ 'invoke.mode': 'async' }, true);
    const words = ['on-failure', 'nobody reads what the function answers', 'async task mode'];
    expect(said).toEqual(words.map((each) => expect.stringContaining(each)));
    expect(notes({ 'invoke.mode': 'async', 'fc.async.task.id': 'none' }, true)).toHaveLength(2);
  });

  it('say that nobody reads what a sink of ours answers then', () => {
    expect(notes({ 'invoke.mode': 'async' }, false)).toContainEqual(
      expect.stringContaining('INVOCATION_SOURCE=platform'),
    );
  });
});
