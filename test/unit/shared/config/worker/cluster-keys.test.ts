import { describe, expect, it } from 'vitest';
import { parseWorker } from '../../../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../../../shared/errors.ts';

const parse = (given: Readonly<Record<string, string>>) =>
  parseWorker({ 'bootstrap.servers': 'localhost:9092', ...given });

function problems(given: Readonly<Record<string, string>>): readonly string[] {
  try {
    parse(given);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

describe('settings of workers that share connectors', () => {
  it('need nothing: topics are named after the group', () => {
    expect(parse({}).config).toMatchObject({
      'group.id': 'spillway',
      'config.storage.topic': 'connect-config-spillway',
      'offset.storage.topic': 'connect-offset-spillway',
      'status.storage.topic': 'connect-status-spillway',
      'config.storage.replication.factor': -1,
      'status.storage.partitions': 6,
      'rest.write.timeout.ms': 20_000,
      'rest.advertised.host.name': undefined,
    });
    expect(parse({ 'group.id': 'eu.carriers', 'status.storage.topic': 'own' }).config).toMatchObject({
      'config.storage.topic': 'connect-config-eu.carriers',
      'status.storage.topic': 'own',
    });
  });

  it.each([
    [{ 'group.id': 'with space' }, 'group.id: expected a group id'],
    [{ 'offset.storage.partitions': '1' }, 'offset.storage.partitions: expected a whole number from 2'],
    [{ 'config.storage.topic': 'a/b' }, 'config.storage.topic: expected a topic name'],
    [{ 'status.storage.topic': 'connect-config-spillway' }, 'is the topic of config.storage.topic as well'],
    [{ 'config.storage.replication.factor': '0' }, 'config.storage.replication.factor: expected 1 or more'],
    [{ 'rest.advertised.host.name': 'host:80' }, 'rest.advertised.host.name: expected a host name'],
  ] as readonly (readonly [Record<string, string>, string])[])('are refused with %j', (given, message) => {
    expect(problems(given)).toEqual([expect.stringContaining(message)]);
  });

  it('are checked by the names that the managed instance takes', () => {
    const instance = { 'alikafka.instance.id': 'alikafka_post-cn-1', 'alikafka.region': 'cn-hangzhou' };
    expect(problems(instance)).toEqual([]);
    const long = 'x'.repeat(60);
    expect(problems({ ...instance, 'group.id': long })).toEqual([
      expect.stringContaining('config.storage.topic: connect-config-xxx'),
      expect.stringContaining('offset.storage.topic: '),
      expect.stringContaining('status.storage.topic: '),
    ]);
    expect(problems({ ...instance, 'alikafka.instance.id': 'alikafka_serverless-cn-1', 'group.id': long })).toEqual([]);
  });
});
