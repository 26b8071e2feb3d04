import { describe, expect, it } from 'vitest';
import { alikafkaNameProblems } from '../../../../shared/config/worker/alikafka-names.ts';
import { parseWorker } from '../../../../shared/config/worker-keys.ts';
import { ConfigError } from '../../../../shared/errors.ts';

const BOOTSTRAP = { 'bootstrap.servers': 'kafka:9092' };
const INSTANCE = {
  ...BOOTSTRAP,
  'alikafka.instance.id': 'alikafka_post-cn-0pp1l9z8',
  'alikafka.region': 'cn-hangzhou',
};

function problems(raw: Record<string, string>): string[] {
  try {
    parseWorker(raw);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

describe('settings of a managed instance', () => {
  it('need a region, and both halves of the keys', () => {
    expect(problems(INSTANCE)).toEqual([]);
    expect(problems({ ...BOOTSTRAP, 'alikafka.instance.id': 'alikafka_post-cn-1' })).toEqual([
      'alikafka.region: is required with alikafka.instance.id',
    ]);
    expect(problems({ ...INSTANCE, 'alikafka.access.key.id': 'x' })).toEqual([
      'alikafka.access.key.secret: alikafka.access.key.id and alikafka.access.key.secret are given together',
    ]);
    expect(problems({ ...INSTANCE, 'alikafka.security.token': 'x' })).toEqual([
      expect.stringMatching(/^alikafka\.security\.token: belongs to temporary keys/),
    ]);
  });

  it('mean nothing without the instance, and say so', () => {
    expect(problems({ ...BOOTSTRAP, 'alikafka.region': 'cn-hangzhou' })).toEqual([
      expect.stringMatching(/^alikafka\.region: has no effect without alikafka\.instance\.id/),
    ]);
  });

  it.each([
    ['alikafka.instance.id', 'two words'],
    ['alikafka.region', 'Hangzhou'],
    ['alikafka.endpoint', 'alikafka.cn-hangzhou.aliyuncs.com'],
    ['alikafka.endpoint', 'https://user:secret@alikafka.cn-hangzhou.aliyuncs.com'],
    ['alikafka.endpoint', 'https://alikafka.cn-hangzhou.aliyuncs.com/?Action=x'],
    ['alikafka.topic.storage', 'disk'],
  ])('%s=%s is refused', (key, value) => {
    expect(problems({ ...INSTANCE, [key]: value })).toEqual([expect.stringContaining(`${key}: expected`)]);
  });

  it('warn of an endpoint without TLS, but on this machine', () => {
    const warnings = (endpoint: string) =>
      parseWorker({ ...INSTANCE, 'alikafka.endpoint': endpoint }).warnings.map(({ key }) => key);
    expect(warnings('http://alikafka.cn-hangzhou.aliyuncs.com')).toEqual(['alikafka.endpoint']);
    expect(warnings('http://127.0.0.1:8080')).toEqual([]);
    expect(warnings('https://alikafka-vpc.cn-hangzhou.aliyuncs.com')).toEqual([]);
  });
});

describe('names at an instance', () => {
  const config = {
    'consumer.group.id': 'connect-orders',
    'errors.policy': 'continue',
    'errors.deadletterqueue.topic.name': 'connect-error-orders',
    'runtime.error.topic.name': 'connect-error-orders',
  } as const;
  const long = 'o'.repeat(65);
  const keys = (changed: object, instance = 'alikafka_post-cn-1') =>
    alikafkaNameProblems({ ...config, ...changed }, instance).map(({ key }) => key);

  it('have 3 to 64 letters, digits, "_", "-" and "."', () => {
    expect(keys({})).toEqual([]);
    expect(keys({ 'consumer.group.id': long })).toEqual(['consumer.group.id']);
    expect(keys({ 'consumer.group.id': 'a b' })).toEqual(['consumer.group.id']);
    expect(keys({ 'runtime.error.topic.name': 'ab' })).toEqual(['runtime.error.topic.name']);
    expect(keys({ 'errors.deadletterqueue.topic.name': long, 'runtime.error.topic.name': long })).toHaveLength(2);
  });

  it('of error topics do not matter where none are written', () => {
    expect(keys({ 'errors.policy': 'stop', 'runtime.error.topic.name': long })).toEqual([]);
  });

  it('are freer at a serverless instance', () => {
    const serverless = 'alikafka_serverless-cn-1';
    expect(keys({ 'runtime.error.topic.name': long, 'consumer.group.id': 'a@b#' }, serverless)).toEqual([]);
    expect(keys({ 'consumer.group.id': 'a b' }, serverless)).toEqual(['consumer.group.id']);
  });

  it('say name, length, rule and key', () => {
    const [problem] = alikafkaNameProblems({ ...config, 'consumer.group.id': long }, 'alikafka_post-cn-1');
    expect(problem?.message).toBe(
      `${long} (65 characters) cannot be a name at alikafka_post-cn-1: ApsaraMQ for Kafka takes names of 3 to 64 letters, digits, "_", "-" and "."; give consumer.group.id another value`,
    );
  });
});
