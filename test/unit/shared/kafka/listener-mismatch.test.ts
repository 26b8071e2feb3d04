import { describe, expect, it } from 'vitest';
import type { KafkaConnectionOptions } from '../../../../shared/kafka/driver.ts';
import { listenerMismatch } from '../../../../shared/kafka/listener-mismatch.ts';
import type { Listener } from '../../../../shared/kafka/listener-probe.ts';
import { tlsRefusal } from '../../../../shared/kafka/tls-refusals.ts';

const AT = { host: 'h', port: 1 };
const sasl = { mechanism: 'plain', credentials: () => ({ username: 'u', password: 'p' }) } as const;
type Asked = Pick<KafkaConnectionOptions, 'ssl' | 'sasl'>;

const said = (asked: Asked, found: Listener) => listenerMismatch(AT, asked, found)?.message;

describe('a listener', () => {
  it('that is spoken to as it wants explains nothing', () => {
    expect(said({}, { kind: 'kafka', tls: false, mechanisms: [] })).toBeUndefined();
    expect(said({ ssl: {}, sasl }, { kind: 'kafka', tls: true, mechanisms: ['PLAIN'] })).toBeUndefined();
    expect(said({}, { kind: 'unknown' })).toBeUndefined();
    expect(said({ ssl: {} }, { kind: 'tls', code: '' })).toBeUndefined();
  });

  it.each<[Asked, Listener, RegExp]>([
    [{ ssl: {} }, { kind: 'kafka', tls: false, mechanisms: [] }, /no TLS.* is SSL: set security\.protocol=PLAINTEXT,/],
    [{}, { kind: 'kafka', tls: true, mechanisms: [] }, /speaks TLS.* is PLAINTEXT: set security\.protocol=SSL,/],
    [{ sasl }, { kind: 'kafka', tls: false, mechanisms: [] }, /knows no SASL.* is SASL_PLAINTEXT: set .*=PLAINTEXT,/],
    [
      {},
      { kind: 'kafka', tls: false, mechanisms: ['A', 'B'] },
      /SASL \(A, B\).*set security\.protocol=SASL_PLAINTEXT,/,
    ],
    [{ ssl: {} }, { kind: 'kafka', tls: true, mechanisms: ['A'] }, /set security\.protocol=SASL_SSL,/],
    [{ sasl }, { kind: 'kafka', tls: false, mechanisms: ['A'] }, /does not take sasl\.mechanism=PLAIN: .*\(A\)/],
    [{ sasl }, { kind: 'tls', code: '' }, /wants TLS.*set security\.protocol=SASL_SSL,/],
    [{}, { kind: 'other' }, /h:1 answers, but does not speak Kafka/],
    [{ ssl: {} }, { kind: 'tls', code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' }, /asks for a client certificate: give/],
    [{ ssl: { cert: 'c' } }, { kind: 'tls', code: 'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE' }, /refuses our client/],
  ])('asked by %j and found to be %j', (asked, found, message) => {
    expect(said(asked, found)).toMatch(message);
  });
});

describe('what TLS refuses', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', 'ssl.ca'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'ssl.ca'],
    ['CERT_HAS_EXPIRED', 'has expired: renew it'],
    ['CERT_NOT_YET_VALID', 'clock'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'ssl.endpoint.identification.algorithm'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'asks for a client certificate'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'our client certificate has expired'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'refuses our client certificate'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'share no version of TLS'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS'],
    ['ERR_SSL_ANYTHING_ELSE', 'ssl.* settings'],
  ])('%s', (code, words) => {
    expect(tlsRefusal('h:1', code, '')).toMatchObject({
      code: 'KAFKA_TLS_REFUSED',
      message: expect.stringContaining(words),
    });
    expect(tlsRefusal('h:1', code, '')?.message).toContain(`(${code})`);
  });

  it('is none of the errors of the network', () => {
    for (const code of ['ECONNREFUSED', 'ECONNRESET', '']) expect(tlsRefusal('h:1', code, 'x')).toBeUndefined();
  });
});
