import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { parseBrokerAddress, showAddress } from '../../../../shared/kafka/broker-address.ts';
import { ConsumerStateMachine } from '../../../../shared/kafka/consumer-state.ts';
import { commitRefusal, isRetriableCode, kafkaErrorName, refusal } from '../../../../shared/kafka/error-codes.ts';
import { kafkajsLogger } from '../../../../shared/kafka/kafkajs-logger.ts';
import { transportError } from '../../../../shared/kafka/transport-errors.ts';
import { type Logger, silentLogger } from '../../../../shared/logger.ts';

describe('refusal', () => {
  const read = { right: 'READ', resource: 'group g' };

  it.each([3, 5, 6, 7, 14, 15, 16, 27, 56, 74, 75, 78, 89])('code %i passes by itself', (code) => {
    expect(isRetriableCode(code)).toBe(true);
    expect(refusal(code, read)).toBeInstanceOf(RetriableError);
  });

  it.each([-1, 17, 26, 35, 44, 999])('code %i does not', (code) => {
    const error = refusal(code, read);
    expect(error).toBeInstanceOf(FatalError);
    expect(error.code).toBe(kafkaErrorName(code));
  });

  it('says which right is missing on what', () => {
    expect(refusal(30, read)).toMatchObject({
      code: 'GROUP_AUTHORIZATION_FAILED',
      message: expect.stringContaining('grant the user of this client READ on group g'),
    });
    expect(refusal(30, read).message).toContain('--operation READ --group g');
    expect(refusal(29, { right: 'CREATE', resource: 'topic t' }).message).toContain('or create it beforehand');
    expect(refusal(31, { right: 'CREATE', resource: 'broker 1' }).message).not.toContain('kafka-acls');
  });

  it('of a commit names the group or the topic, by what is refused', () => {
    expect(commitRefusal(29, 'g', 'a-b-3').message).toContain('READ on topic a-b:');
    expect(commitRefusal(30, 'g', 'a-b-3').message).toContain('READ on group g:');
  });
});

describe('transportError', () => {
  const named = (name: string, extra: object = {}) => Object.assign(new Error('boom'), { name, ...extra });

  it.each([
    [named('KafkaJSConnectionError', { code: 'ECONNREFUSED' }), 'RetriableError', 'BROKER_CONNECTION_LOST'],
    [named('KafkaJSProtocolError', { code: 33 }), 'FatalError', 'KAFKA_PROTOCOL_MISMATCH'],
    [named('KafkaJSConnectionClosedError'), 'RetriableError', 'BROKER_CONNECTION_LOST'],
    [named('KafkaJSSASLAuthenticationError'), 'FatalError', 'KAFKA_AUTHENTICATION_FAILED'],
    [named('KafkaJSConnectionError', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'FatalError', 'KAFKA_TLS_REFUSED'],
    [new TypeError('defect'), 'FatalError', 'KAFKA_CLIENT_BROKEN'],
    [new RetriableError('MINE', 'x'), 'RetriableError', 'MINE'],
  ])('%o', (thrown, name, code) => {
    expect(transportError(thrown, 'h:1')).toMatchObject({ name, code });
  });

  it.each([
    ['ECONNREFUSED', 'nothing listens there'],
    ['ENOTFOUND', 'host name'],
    ['ETIMEDOUT', 'firewall'],
  ])('%s says what to look at', (code, words) => {
    expect(transportError(named('KafkaJSConnectionError', { code }), 'h:1').message).toContain(words);
  });
});

describe('kafkajsLogger', () => {
  it('passes sentences and harmless fields at debug, and no payload', () => {
    const lines: unknown[] = [];
    const logger: Logger = { ...silentLogger, debug: (fields, message) => void lines.push([fields, message]) };
    kafkajsLogger(logger)
      .namespace('Connection')
      .error('Response', {
        broker: 'h:1',
        correlationId: 3,
        data: { password: 'x' },
        payload: Buffer.from('secret'),
        error: 'why',
      });
    expect(lines).toEqual([[{ broker: 'h:1', correlationId: 3, error: 'why' }, 'kafkajs: Response']]);
  });
});

describe('broker addresses', () => {
  it.each([
    ['kafka:9093', 'kafka', 9093, 'kafka:9093'],
    [' kafka ', 'kafka', 9092, 'kafka:9092'],
    ['[::1]:19092', '::1', 19092, '[::1]:19092'],
  ])('%s', (text, host, port, shown) => {
    expect(parseBrokerAddress(text)).toEqual({ host, port });
    expect(showAddress({ host, port })).toBe(shown);
  });

  it('refuses what is none', () => {
    expect(() => parseBrokerAddress('a:b:c')).toThrow(TypeError);
  });
});

it('a consumer cannot take a way that its diagram does not have', () => {
  const machine = new ConsumerStateMachine();
  machine.enter('joining');
  machine.enter('stable');
  expect(() => machine.enter('revoking')).toThrow('stable cannot become revoking');
  machine.enter('closing');
  machine.enter('closed');
  expect(() => machine.enter('joining')).toThrow();
});
