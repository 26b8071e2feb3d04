/** Which class of error a failed call of the OpenAPI is. A table, no I/O. The service documents few of its own codes and no guarantee of them,
 *  so a refusal that is not known here is looked into instead: see `explained` in `cloud-resources.ts`.
 *  Sources: https://www.alibabacloud.com/help/en/sdk/developer-reference/common-error-codes (codes of the gateway before all services),
 *  https://help.aliyun.com/zh/apsaramq-for-kafka/cloud-message-queue-for-kafka/developer-reference/api-alikafka-2019-09-16-errorcodes,
 *  https://github.com/aliyun/terraform-provider-alicloud (which codes of this service it tries again). */
import { FatalError, RetriableError } from '../../errors.ts';
import { networkFailureKind } from '../../network-failure.ts';
import { NOT_AN_ANSWER, type OpenApiFailure } from './openapi-failure.ts';

/** `may-heal` is fatal for now; `throttled` and `timeout` are retriable, and say what was the matter. */
type Verdict = 'fatal' | 'may-heal' | 'retriable' | 'throttled' | 'timeout';
/** Class, our code, what to do. */
type Row = readonly [verdict: Verdict, code: string, advice: string];

const CREDENTIALS: Row = [
  'may-heal',
  'ALIKAFKA_CREDENTIALS_REFUSED',
  'check alikafka.access.key.id, alikafka.access.key.secret and alikafka.security.token, or the role of the function',
];
const CLOCK_SKEWED: Row = [
  'may-heal',
  'ALIKAFKA_CLOCK_SKEWED',
  'the service accepts 15 minutes of difference; set the clock of this machine',
];
const DENIED: Row = [
  'may-heal',
  'ALIKAFKA_ACCESS_DENIED',
  'add the statements of RAM that spillway doctor prints to the policy of these credentials',
];
const THROTTLED: Row = ['throttled', 'ALIKAFKA_THROTTLED', 'the service limits how often this user may call'];
const UNAVAILABLE: Row = ['retriable', 'ALIKAFKA_UNAVAILABLE', 'the service failed on its side'];
const UNREACHABLE: Row = [
  'retriable',
  'ALIKAFKA_UNREACHABLE',
  'check alikafka.endpoint, alikafka.region and the network',
];
const TIMEOUT: Row = [
  'timeout',
  'ALIKAFKA_UNREACHABLE',
  'no answer came in time; check alikafka.endpoint and the network',
];
const NOT_TRUSTED: Row = [
  'fatal',
  'ALIKAFKA_NOT_TRUSTED',
  'the certificate of the endpoint is refused, or it speaks no TLS; check alikafka.endpoint and the clock',
];
const DOUBTFUL: Row = [
  'retriable',
  'ALIKAFKA_ANSWER_DOUBTFUL',
  'this is not what the service answers; check alikafka.endpoint and any proxy on the way',
];
const REFUSED: Row = ['fatal', 'ALIKAFKA_REFUSED', 'spillway doctor looks at instance, topics, group and rights'];

const BY_CODE: Readonly<Record<string, Row>> = {
  SignatureDoesNotMatch: CREDENTIALS,
  IncompleteSignature: CREDENTIALS,
  MissingSecurityToken: CREDENTIALS,
  AUTH_SIGNATURE_CHECK_ERROR: CREDENTIALS,
  'InvalidTimeStamp.Expired': CLOCK_SKEWED,
  IllegalTimestamp: CLOCK_SKEWED,
  NoPermission: DENIED,
  AUTH_PERMISSION_CHECK_ERROR: DENIED,
  AUTH_SYSTEM_PERMISSION_CHECK_ERROR: DENIED,
  AUTH_RESOURCE_OWNER_ERROR: DENIED,
  ONS_SYSTEM_FLOW_CONTROL: THROTTLED,
  // Drawn at random by the client; the next call draws another.
  SignatureNonceUsed: UNAVAILABLE,
  ServiceUnavailable: UNAVAILABLE,
  InternalError: UNAVAILABLE,
  ONS_SYSTEM_ERROR: UNAVAILABLE,
  [NOT_AN_ANSWER]: DOUBTFUL,
};

/** Codes that come in several kinds, told apart behind a dot. */
const BY_FAMILY: readonly (readonly [family: RegExp, row: Row])[] = [
  [/^Throttling(\.|$)/, THROTTLED],
  [/^Invalid(AccessKeyId|SecurityToken)(\.|$)/, CREDENTIALS],
  [/^Forbidden\.AccessKey/, CREDENTIALS],
  [/^Forbidden(\.|$)/, DENIED],
];

/** Where the code is not known. */
const BY_STATUS: Readonly<Record<number, Row>> = { 401: CREDENTIALS, 403: DENIED, 408: TIMEOUT, 429: THROTTLED };

/** Own entries only: the key comes from outside and may be `constructor`. */
function rowFor(table: Readonly<Record<PropertyKey, Row>>, key: PropertyKey): Row | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function rowOf({ status, code, networkCode }: OpenApiFailure): Row {
  if (networkCode !== undefined) return byNetworkCode(networkCode);
  const known = rowFor(BY_CODE, code) ?? BY_FAMILY.find(([family]) => family.test(code))?.[1];
  return known ?? rowFor(BY_STATUS, status) ?? (status >= 500 ? UNAVAILABLE : REFUSED);
}

function byNetworkCode(code: string): Row {
  switch (networkFailureKind(code)) {
    case 'timeout':
      return TIMEOUT;
    case 'untrusted':
    case 'not-tls':
      return NOT_TRUSTED;
    case 'out-of-date':
      return ['may-heal', NOT_TRUSTED[1], NOT_TRUSTED[2]];
    default:
      return UNREACHABLE;
  }
}

/** The error that a failed call is. `about`: what was to be done, as in `topic connect-error-orders`. */
export function classify(failure: OpenApiFailure, about: string): RetriableError | FatalError {
  const [verdict, code, advice] = rowOf(failure);
  const message = `${failure.message}, for ${about}; ${advice}`;
  switch (verdict) {
    case 'fatal':
    case 'may-heal':
      return new FatalError(code, message, { cause: failure, mayHeal: verdict === 'may-heal' });
    case 'retriable':
    case 'throttled':
    case 'timeout':
      return new RetriableError(code, message, {
        cause: failure,
        trouble: verdict === 'retriable' ? 'unreachable' : verdict,
      });
    default:
      return verdict satisfies never;
  }
}

/** Whether the service refused in words that are not known here. */
export function isUnknownRefusal(thrown: unknown): thrown is FatalError {
  return thrown instanceof FatalError && thrown.code === REFUSED[1];
}
