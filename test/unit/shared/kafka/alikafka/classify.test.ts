import { describe, expect, it } from 'vitest';
import { classify } from '../../../../../shared/kafka/alikafka/classify.ts';
import { NOT_AN_ANSWER, OpenApiFailure } from '../../../../../shared/kafka/alikafka/openapi-failure.ts';

const classified = (facts: { status?: number; code?: string; networkCode?: string }) =>
  classify(
    new OpenApiFailure({ action: 'CreateTopic', status: 400, code: '', text: 'words', requestId: 'R-1', ...facts }),
    'topic orders',
  );

describe('classify', () => {
  it.each([
    ['Throttling', 'RetriableError', 'ALIKAFKA_THROTTLED'],
    ['Throttling.User', 'RetriableError', 'ALIKAFKA_THROTTLED'],
    ['ONS_SYSTEM_FLOW_CONTROL', 'RetriableError', 'ALIKAFKA_THROTTLED'],
    ['ServiceUnavailable', 'RetriableError', 'ALIKAFKA_UNAVAILABLE'],
    ['SignatureNonceUsed', 'RetriableError', 'ALIKAFKA_UNAVAILABLE'],
    [NOT_AN_ANSWER, 'RetriableError', 'ALIKAFKA_ANSWER_DOUBTFUL'],
    ['InvalidAccessKeyId.NotFound', 'FatalError', 'ALIKAFKA_CREDENTIALS_REFUSED'],
    ['InvalidAccessKeyId.Inactive', 'FatalError', 'ALIKAFKA_CREDENTIALS_REFUSED'],
    ['InvalidSecurityToken.Expired', 'FatalError', 'ALIKAFKA_CREDENTIALS_REFUSED'],
    ['SignatureDoesNotMatch', 'FatalError', 'ALIKAFKA_CREDENTIALS_REFUSED'],
    ['InvalidTimeStamp.Expired', 'FatalError', 'ALIKAFKA_CLOCK_SKEWED'],
    ['Forbidden.RAM', 'FatalError', 'ALIKAFKA_ACCESS_DENIED'],
    ['AUTH_PERMISSION_CHECK_ERROR', 'FatalError', 'ALIKAFKA_ACCESS_DENIED'],
    ['constructor', 'FatalError', 'ALIKAFKA_REFUSED'],
    ['Throttled.Not', 'FatalError', 'ALIKAFKA_REFUSED'],
  ])('%s is a %s %s', (code, name, ours) => {
    expect(classified({ code })).toMatchObject({ name, code: ours });
  });

  it.each([
    [401, 'ALIKAFKA_CREDENTIALS_REFUSED'],
    [403, 'ALIKAFKA_ACCESS_DENIED'],
    [429, 'ALIKAFKA_THROTTLED'],
    [500, 'ALIKAFKA_UNAVAILABLE'],
    [404, 'ALIKAFKA_REFUSED'],
  ])('goes by HTTP %i where the code is not known', (status, code) => {
    expect(classified({ status, code: 'Some.New.Word' })).toMatchObject({ code });
  });

  it.each([
    ['ECONNREFUSED', 'RetriableError', 'ALIKAFKA_UNREACHABLE', 'unreachable'],
    ['TIMEOUT', 'RetriableError', 'ALIKAFKA_UNREACHABLE', 'timeout'],
    ['UNKNOWN', 'RetriableError', 'ALIKAFKA_UNREACHABLE', 'unreachable'],
  ])('%s of the network is a %s %s', (networkCode, name, code, trouble) => {
    expect(classified({ networkCode })).toMatchObject({ name, code, trouble });
  });

  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', false],
    ['CERT_HAS_EXPIRED', true],
  ])('%s is fatal, and may heal: %s', (networkCode, mayHeal) => {
    expect(classified({ networkCode })).toMatchObject({ name: 'FatalError', code: 'ALIKAFKA_NOT_TRUSTED', mayHeal });
  });

  it('says what was called, why it failed, for what, and what to do', () => {
    expect(classified({ code: 'Forbidden.RAM' }).message).toBe(
      'CreateTopic of ApsaraMQ for Kafka failed: Forbidden.RAM: words (request R-1), for topic orders; add the statements of RAM that spillway doctor prints to the policy of these credentials',
    );
  });
});
