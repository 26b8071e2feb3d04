import { describe, expect, it } from 'vitest';
import { secretResolver } from '../../../../shared/config/secret-resolver.ts';
import { errorTopicOf } from '../../../../shared/kafka/function-error-topic.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';

const of = (env: Record<string, string>, topic?: string) =>
  errorTopicOf({
    env,
    topic,
    sinkClass: 'oss-sink',
    secrets: secretResolver(env, () => ''),
    clock: new ManualClock(),
    random: () => 0,
    logger: silentLogger,
  });
const BROKERS = { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:9092' };

describe('the error topic of a deployed sink', () => {
  it('is there with brokers and a name, and not without both', () => {
    expect(of(BROKERS, 'errors')).toMatchObject({ report: expect.any(Function) });
    expect(of({})).toBeUndefined();
  });

  it.each([
    [BROKERS, undefined, 'runtime.error.topic.name', 'RUNTIME_ERROR_TOPIC_NAME'],
    [{}, 'errors', 'bootstrap.servers', 'SPILLWAY_BOOTSTRAP_SERVERS'],
  ])('is refused with only one of the two: %j, %s', (env, topic, key, variable) => {
    expect(() => of(env, topic)).toThrow(
      expect.objectContaining({ problems: [{ key, message: expect.stringContaining(variable) }] }),
    );
  });

  it('is refused with brokers that are none', () => {
    expect(() => of({ SPILLWAY_BOOTSTRAP_SERVERS: 'nowhere' }, 'errors')).toThrow(
      expect.objectContaining({ problems: [expect.objectContaining({ key: 'bootstrap.servers' })] }),
    );
  });
});
