import { describe, expect, it } from 'vitest';
import { checkAdvertised, checkBootstrap, checkCluster } from '../../../../cli/doctor/check-brokers.ts';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { brief } from './facts.ts';

const PLAIN = { protocol: 'PLAINTEXT', mechanism: undefined };
const there = { reached: true, release: '3.5' } as const;
const away = {
  reached: false,
  error: new RetriableError('BROKER_CONNECTION_LOST', 'broker a:1: Connection error: connect ECONNREFUSED'),
} as const;

describe('checkBootstrap', () => {
  it('says how brokers are spoken to', () => {
    const said = (protocol: string, mechanism?: string) => checkBootstrap([['a:1', there]], { protocol, mechanism })[0];
    expect(said('PLAINTEXT')?.message).toBe('a:1 answers');
    expect(said('SSL')?.message).toBe('a:1 answers, over TLS');
    expect(said('SASL_SSL', 'PLAIN')?.message).toBe('a:1 answers, over TLS, and takes the sign-in by PLAIN');
  });

  it('makes an unreachable server a problem only when there is no other', () => {
    expect(brief(checkBootstrap([['a:1', away]], PLAIN))).toEqual(['problem bootstrap-unreachable']);
    expect(
      brief(
        checkBootstrap(
          [
            ['a:1', away],
            ['b:1', there],
          ],
          PLAIN,
        ),
      ),
    ).toEqual(['warning bootstrap-unreachable', 'ok bootstrap-reachable']);
    expect(checkBootstrap([['a:1', away]], PLAIN)[0]?.message).toBe('a:1 cannot be reached: connect ECONNREFUSED');
  });

  it.each([
    ['KAFKA_PROTOCOL_MISMATCH', 'kafka-protocol'],
    ['KAFKA_AUTHENTICATION_FAILED', 'kafka-authentication'],
    ['KAFKA_TLS_REFUSED', 'kafka-tls'],
    ['KAFKA_TOO_OLD', 'kafka-refused'],
  ])('%s is %s, with the advice apart', (code, finding) => {
    const trial = { reached: false, error: new FatalError(code, 'a:1 refuses: check this (and that)') } as const;
    expect(checkBootstrap([['a:1', trial]], PLAIN)).toEqual([
      { severity: 'problem', code: finding, message: 'a:1 refuses', action: 'check this (and that)', error: code },
    ]);
  });
});

describe('checkCluster', () => {
  it('names the cluster, and the oldest broker that was reached', () => {
    expect(checkCluster('abc', 3, ['4.0', '3.5', undefined]).message).toBe(
      'cluster abc: 3 brokers, Kafka 3.5 or newer',
    );
    expect(checkCluster('', 1, []).message).toBe('cluster without an id: 1 broker, Kafka of unknown age');
  });
});

describe('checkAdvertised', () => {
  it('makes every broker that cannot be reached where it says a problem', () => {
    const findings = checkAdvertised([
      [1, 'a:1', there],
      [2, 'b:1', away],
    ]);
    expect(brief(findings)).toEqual(['ok advertised-reachable', 'problem advertised-unreachable']);
    expect(findings[1]?.action).toContain('advertised.listeners of broker 2');
  });
});
