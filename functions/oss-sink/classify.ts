/** Which class of error a failed request to OSS is. A table, no I/O.
 *  Sources: https://www.alibabacloud.com/help/en/oss/support/error-codes (codes by status),
 *  https://www.alibabacloud.com/help/en/oss/how-to-troubleshoot-403-status-code-when-you-access-oss (403),
 *  https://www.alibabacloud.com/help/en/oss/support/0004-00000302 (requests per second).
 *  Proved against `test/fixtures/replies/oss/`. */
import { type ErrorContext, FatalError, RecordError, RetriableError } from '../../shared/errors.ts';
import { type NetworkFailureKind, networkFailureKind } from '../../shared/network-failure.ts';
import type { NetworkFailure, OssFailure, OssReply } from './oss-failure.ts';

export type OssError = RetriableError | RecordError | FatalError;

/** What the request was about; becomes part of the message. */
export interface OssRequest {
  /** `PutObject`, `HeadObject`, ... */
  readonly action: string;
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly context?: ErrorContext;
}

/** `may-heal` is fatal for now; `throttled` and `timeout` are retriable, and say what was the matter. */
type Verdict = 'fatal' | 'may-heal' | 'retriable' | 'throttled' | 'timeout' | 'record';
/** Class, our code, what to do. */
type Row = readonly [verdict: Verdict, code: string, advice: string];

const CREDENTIALS: Row = [
  'may-heal',
  'OSS_CREDENTIALS_REFUSED',
  'check oss.access.key.id, oss.access.key.secret and oss.security.token, or the role of the function',
];
const DENIED: Row = [
  'may-heal',
  'OSS_ACCESS_DENIED',
  'give these credentials oss:PutObject and oss:GetObject on the bucket, and look at its policy',
];
const THROTTLED: Row = ['throttled', 'OSS_THROTTLED', 'OSS limits the rate of requests'];
const UNAVAILABLE: Row = ['retriable', 'OSS_UNAVAILABLE', 'the service failed on its side'];
const DAMAGED: Row = ['retriable', 'OSS_CONTENT_DAMAGED', 'the content did not arrive as it was sent'];
const BAD_NAME: Row = [
  'record',
  'OSS_BAD_OBJECT_NAME',
  'the object name breaks the rules of OSS; see oss.object.key.template',
];
const TOO_LARGE: Row = ['record', 'OSS_OBJECT_TOO_LARGE', 'the object is larger than OSS accepts'];
const BLOCKED: Row = [
  'may-heal',
  'OSS_ACCOUNT_BLOCKED',
  'the account or the bucket is blocked; look at its state and bills in the console',
];
const TIMEOUT: Row = ['timeout', 'OSS_TIMEOUT', 'the request took too long'];
const CLOCK_SKEWED: Row = [
  'may-heal',
  'OSS_CLOCK_SKEWED',
  'set the clock of this machine; OSS accepts 15 minutes of difference',
];
const UNCLASSIFIED: Row = ['fatal', 'OSS_UNCLASSIFIED', 'this reply is not known to Spillway'];

const BY_CODE: Readonly<Record<string, Row>> = {
  NoSuchBucket: ['may-heal', 'OSS_BUCKET_MISSING', 'create the bucket or correct oss.bucket and oss.endpoint'],
  InvalidBucketName: ['fatal', 'OSS_BUCKET_MISSING', 'correct oss.bucket'],
  NoSuchKey: ['retriable', 'OSS_OBJECT_GONE', 'the object vanished between two requests'],
  InvalidAccessKeyId: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  InvalidSecurityToken: CREDENTIALS,
  SecurityTokenExpired: CREDENTIALS,
  AccessKeyIdAndSecurityTokenNotMatch: CREDENTIALS,
  RequestTimeTooSkewed: CLOCK_SKEWED,
  AccessDenied: DENIED,
  BucketNotBelongTo: DENIED,
  UserDisable: BLOCKED,
  BucketDisable: BLOCKED,
  AbnormalBucketOwnerStatus: BLOCKED,
  InDebt: BLOCKED,
  InDebtOverdue: BLOCKED,
  QpsLimitExceeded: THROTTLED,
  TotalQpsLimitExceeded: THROTTLED,
  SlowDown: THROTTLED,
  TooManyRequests: THROTTLED,
  UploadTrafficRateLimitExceeded: THROTTLED,
  DownloadTrafficRateLimitExceeded: THROTTLED,
  InternalError: UNAVAILABLE,
  ServiceUnavailable: UNAVAILABLE,
  RequestTimeout: TIMEOUT,
  InvalidDigest: DAMAGED,
  BadDigest: DAMAGED,
  IncompleteBody: DAMAGED,
  InvalidObjectName: BAD_NAME,
  EntityTooLarge: TOO_LARGE,
};

/** Where the reply names no code that we know: proxies, gateways, HEAD. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  401: CREDENTIALS,
  403: DENIED,
  408: TIMEOUT,
  413: TOO_LARGE,
  429: THROTTLED,
  500: UNAVAILABLE,
  502: UNAVAILABLE,
  503: UNAVAILABLE,
  504: UNAVAILABLE,
};

const UNREACHABLE: Row = [
  'retriable',
  'OSS_UNREACHABLE',
  'the endpoint cannot be reached; check oss.endpoint and the network',
];
const NOT_TRUSTED: Row = [
  'fatal',
  'OSS_NOT_TRUSTED',
  'the certificate of the endpoint is refused; check oss.endpoint and the clock',
];
/** Certificates are renewed, and clocks set. */
const OUT_OF_DATE: Row = ['may-heal', NOT_TRUSTED[1], NOT_TRUSTED[2]];
const BY_NETWORK_FAILURE: Readonly<Record<NetworkFailureKind, Row>> = {
  unreachable: UNREACHABLE,
  timeout: TIMEOUT,
  'given-up': ['timeout', 'OSS_TIMEOUT', 'the time for this batch ran out before OSS answered'],
  closed: ['retriable', 'OSS_CLOSED', 'the sink was closed meanwhile'],
  untrusted: NOT_TRUSTED,
  'out-of-date': OUT_OF_DATE,
  'ours-refused': UNCLASSIFIED,
  'not-tls': [
    'fatal',
    'OSS_NOT_TRUSTED',
    'the endpoint does not speak TLS; write http:// in oss.endpoint if that is meant',
  ],
  'not-http': [
    'retriable',
    'OSS_UNREACHABLE',
    'what answers there speaks no HTTP; check oss.endpoint and any proxy on the way',
  ],
};

/** Own entries only: the code comes from outside and may be `constructor`. */
function rowFor<T>(table: Readonly<Record<PropertyKey, T>>, key: PropertyKey | undefined): T | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}

const ACCEPTED_SKEW_MS = 15 * 60_000;

/** Our clock less that of OSS, where the reply tells it. */
function skewMs({ localTimeMs, serverTimeMs = localTimeMs }: OssReply): number {
  return localTimeMs - serverTimeMs;
}

function skewText(reply: OssReply): string {
  if (reply.serverTimeMs === undefined) return '';
  const seconds = Math.round(skewMs(reply) / 1_000);
  return `; this clock is ${Math.abs(seconds)} s ${seconds < 0 ? 'behind' : 'ahead of'} the one of OSS`;
}

function replyRow(reply: OssReply, request: OssRequest): Row {
  // A bucket of another region: the reply names the right endpoint, and redirects do the same.
  if (reply.endpoint !== undefined && (reply.code === 'AccessDenied' || (reply.status >= 300 && reply.status < 400))) {
    return [
      'fatal',
      'OSS_WRONG_ENDPOINT',
      `the bucket lives at another endpoint: set oss.endpoint to https://${reply.endpoint} (it is ${request.endpoint} now) and oss.region to match`,
    ];
  }
  // Where the day is another one already, the signing date is refused, and not the time.
  const isSkewed = reply.code === 'InvalidArgument' && Math.abs(skewMs(reply)) > ACCEPTED_SKEW_MS;
  const row = isSkewed
    ? CLOCK_SKEWED
    : (rowFor(BY_CODE, reply.code) ?? rowFor(BY_STATUS, reply.status) ?? UNCLASSIFIED);
  return row[1] === 'OSS_CLOCK_SKEWED' ? [row[0], row[1], row[2] + skewText(reply)] : row;
}

function networkRow({ code }: NetworkFailure): Row {
  const kind = networkFailureKind(code);
  return kind === undefined ? UNCLASSIFIED : BY_NETWORK_FAILURE[kind];
}

function describeReply(reply: OssReply): string {
  const said = [reply.code, reply.message].filter((text) => text !== undefined).join(': ');
  const id = reply.requestId === undefined ? '' : ` (request ${reply.requestId})`;
  return `HTTP ${reply.status}${said === '' ? '' : ` ${said}`}${id}`;
}

function describeNetwork(failure: NetworkFailure): string {
  return failure.code === '' ? 'no answer' : `no answer (${failure.code})`;
}

/** The error that a failed request is. Messages hold the service's words and ours, never a secret, a signed URL or a record. */
export function classify(failure: OssFailure, request: OssRequest): OssError {
  const [verdict, code, advice] = failure.kind === 'reply' ? replyRow(failure, request) : networkRow(failure);
  const what = failure.kind === 'reply' ? describeReply(failure) : describeNetwork(failure);
  const message = `${request.action} on bucket ${request.bucket} at ${request.endpoint} (region ${request.region}): ${what}; ${advice}`;
  const options = {
    ...(failure.kind === 'network' ? { cause: failure.cause } : {}),
    ...(request.context === undefined ? {} : { context: request.context }),
  };
  switch (verdict) {
    case 'fatal':
      return new FatalError(code, message, options);
    case 'may-heal':
      return new FatalError(code, message, { ...options, mayHeal: true });
    case 'record':
      return new RecordError(code, message, options);
    case 'retriable':
    case 'throttled':
    case 'timeout': {
      const retryAfterMs = failure.kind === 'reply' ? failure.retryAfterMs : undefined;
      const trouble = verdict === 'retriable' ? 'unreachable' : verdict;
      return new RetriableError(code, message, {
        ...options,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        trouble,
      });
    }
    default:
      return verdict satisfies never;
  }
}
