import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import { KafkaCode, refusal } from '../../../../shared/kafka/error-codes.ts';
import { asFailure } from '../../../../shared/kafka/interruption.ts';
import { requestToken } from '../../../../shared/kafka/oauth/token-request.ts';
import { tlsRefusal } from '../../../../shared/kafka/tls-refusals.ts';
import { transportError } from '../../../../shared/kafka/transport-errors.ts';

const TOPIC_AUTHORIZATION_FAILED = 29;
const read = { right: 'READ', resource: 'topic orders' };
const client = {
  tokenEndpoint: 'https://idp.example/token',
  clientId: 'id',
  clientSecret: 'secret',
  urlEncoded: false,
  extensions: {},
};

const saslError = Object.assign(new Error('refused'), { name: 'KafkaJSSASLAuthenticationError' });

describe('failures of Kafka that may heal', () => {
  it.each<[string, unknown]>([
    ['a right that is missing on a topic', refusal(TOPIC_AUTHORIZATION_FAILED, read)],
    ['a right that is missing on a group', refusal(KafkaCode.groupAuthorizationFailed, read)],
    ['credentials that are refused', transportError(saslError, 'b:9092')],
    ['a certificate that expired', tlsRefusal('b:9093', 'CERT_HAS_EXPIRED', '')],
    ['a broker that is away for too long', asFailure(new RetriableError('BROKER_UNREACHABLE', 'nobody there'))],
  ])('%s', (_, error) => {
    expect(error).toMatchObject({ name: 'FatalError', mayHeal: true });
  });

  it.each<[string, unknown]>([
    ['another protocol in the group', refusal(KafkaCode.inconsistentGroupProtocol, read)],
    ['a certificate of an unknown issuer', tlsRefusal('b:9093', 'SELF_SIGNED_CERT_IN_CHAIN', '')],
    ['what nobody foresaw in the client', transportError(new TypeError('x'), 'b:9092')],
    ['what nobody foresaw in the consumer', asFailure(new TypeError('x'))],
    ['a damaged batch', asFailure(new FatalError('RECORD_BATCH_CORRUPT', 'damaged'))],
  ])('but not %s', (_, error) => {
    expect(error).toMatchObject({ name: 'FatalError', mayHeal: false });
  });

  it.each([
    [401, true],
    [400, true],
    [404, false],
  ])('a token endpoint that answers %i: %s', async (status, mayHeal) => {
    const answered = requestToken(client, 0, async () => ({ status, text: '' }));
    await expect(answered).rejects.toMatchObject({ code: 'KAFKA_TOKEN_REFUSED', mayHeal });
  });
});
