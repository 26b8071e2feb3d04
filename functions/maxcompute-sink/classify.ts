/** Which class of error a failed request to MaxCompute is. A table, no I/O.
 *  Sources: https://www.alibabacloud.com/help/en/maxcompute/user-guide/tunnel-error-codes (codes of the tunnel, and what to do),
 *  https://www.alibabacloud.com/help/en/maxcompute/support/common-error-codes (ODPS-…),
 *  https://www.alibabacloud.com/help/en/maxcompute/sql-errors (ODPS-01…: what statements that run side by side do to each other),
 *  https://github.com/aliyun/aliyun-odps-java-sdk (`TunnelRetryHandler`, `RestClient`: statuses 308, 412, 429, 5xx). */
import { type ErrorContext, FatalError, RetriableError } from '../../shared/errors.ts';
import { type NetworkFailureKind, networkFailureKind } from '../../shared/network-failure.ts';
import { ANSWER_NOT_UNDERSTOOD, COMMIT_UNDER_WAY, OdpsError } from './tunnel/odps-error.ts';

/** `may-heal` is fatal for now; `throttled` and `timeout` are retriable, and say what was the matter. */
type Verdict = 'fatal' | 'may-heal' | 'retriable' | 'throttled' | 'timeout';
/** Class, our code, what to do. */
type Row = readonly [verdict: Verdict, code: string, advice: string];

const CREDENTIALS: Row = [
  'may-heal',
  'MAXCOMPUTE_CREDENTIALS_REFUSED',
  'check maxcompute.access.id, maxcompute.access.key, maxcompute.security.token and maxcompute.region, or the role of the function',
];
const CLOCK_SKEWED: Row = [
  'may-heal',
  'MAXCOMPUTE_CLOCK_SKEWED',
  'MaxCompute accepts 15 minutes of difference; set the clock of this machine',
];
const DENIED: Row = [
  'may-heal',
  'MAXCOMPUTE_ACCESS_DENIED',
  'grant CreateInstance on the project, and Describe, Select, Alter and Update on the table, to these credentials',
];
const NO_PROJECT: Row = [
  'may-heal',
  'MAXCOMPUTE_PROJECT_MISSING',
  'correct maxcompute.project, maxcompute.schema and maxcompute.endpoint, or create the project',
];
const NO_TABLE: Row = [
  'may-heal',
  'MAXCOMPUTE_TABLE_MISSING',
  'create the table, correct maxcompute.table and maxcompute.schema, or set maxcompute.create.table=create',
];
const NO_PARTITION: Row = [
  'may-heal',
  'MAXCOMPUTE_PARTITION_MISSING',
  'create the partition, or set maxcompute.create.partition=true',
];
const BAD_PARTITION: Row = [
  'may-heal',
  'MAXCOMPUTE_PARTITION_REFUSED',
  'the partition does not fit the partition columns of the table; correct maxcompute.partition.columns or the table',
];
const NOT_WRITABLE: Row = [
  'may-heal',
  'MAXCOMPUTE_TABLE_NOT_WRITABLE',
  'the table takes no rows in this way (a view, or a table of another kind); correct maxcompute.table or maxcompute.write.mode',
];
const THROTTLED: Row = ['throttled', 'MAXCOMPUTE_THROTTLED', 'MaxCompute limits the rate of this project or table'];
const UNAVAILABLE: Row = ['retriable', 'MAXCOMPUTE_UNAVAILABLE', 'the service failed on its side'];
const SLOT_MOVED: Row = ['retriable', 'MAXCOMPUTE_SLOT_MOVED', 'the service moves the session to another server'];
const TIMEOUT: Row = ['timeout', 'MAXCOMPUTE_TIMEOUT', 'the request took too long'];
const DAMAGED: Row = ['retriable', 'MAXCOMPUTE_CONTENT_DAMAGED', 'the rows did not arrive as they were sent'];
const SESSION_ENDED: Row = [
  'retriable',
  'MAXCOMPUTE_SESSION_ENDED',
  'the session is over; what became of it is looked at, and the records are uploaded in another one if it was not committed',
];
const SCHEMA_MODIFIED: Row = [
  'retriable',
  'MAXCOMPUTE_SCHEMA_MODIFIED',
  'the table was altered meanwhile; the rows are made anew for its columns',
];
const UNSETTLED: Row = [
  'retriable',
  'MAXCOMPUTE_SESSION_UNSETTLED',
  'whether its rows will be visible is not known yet, and asked again',
];
const INCOMPLETE: Row = [
  'retriable',
  'MAXCOMPUTE_SESSION_INCOMPLETE',
  'part of the upload is not there any more, and is uploaded again',
];
const REFUSED: Row = [
  'fatal',
  'MAXCOMPUTE_REQUEST_REFUSED',
  'the service takes the request for a wrong one; report it with its request id',
];
const UNCLASSIFIED: Row = ['fatal', 'MAXCOMPUTE_UNCLASSIFIED', 'this reply is not known to Spillway'];
const DOUBTFUL: Row = [
  'fatal',
  'MAXCOMPUTE_ANSWER_DOUBTFUL',
  'this is not what MaxCompute answers; check maxcompute.endpoint, maxcompute.tunnel.endpoint and any proxy on the way',
];
const WRONG_ADDRESS: Row = [
  'may-heal',
  'MAXCOMPUTE_WRONG_ADDRESS',
  'what answers there knows no such path; check maxcompute.endpoint (it ends in /api) and maxcompute.tunnel.endpoint',
];

const BY_CODE: Readonly<Record<string, Row>> = {
  Unauthorized: CREDENTIALS,
  InvalidAccessKeyId: CREDENTIALS,
  InvalidSecurityToken: CREDENTIALS,
  SecurityTokenExpired: CREDENTIALS,
  SignatureDoesNotMatch: CREDENTIALS,
  RequestTimeTooSkewed: CLOCK_SKEWED,
  // The service's own spelling, too.
  RequestTimeTooSkewd: CLOCK_SKEWED,
  'ODPS-0410031': CLOCK_SKEWED,
  NoPermission: DENIED,
  AccessDenied: DENIED,
  'ODPS-0110011': DENIED,
  'ODPS-0130013': DENIED,
  'ODPS-0420095': DENIED,
  NoSuchProject: NO_PROJECT,
  'ODPS-0420111': NO_PROJECT,
  NoSuchTable: NO_TABLE,
  NoSuchObject: NO_TABLE,
  'ODPS-0130131': NO_TABLE,
  NoSuchPartition: NO_PARTITION,
  InvalidPartitionSpec: BAD_PARTITION,
  MissingPartitionSpec: BAD_PARTITION,
  MethodNotAllowed: NOT_WRITABLE,
  FlowExceeded: THROTTLED,
  SlotExceeded: THROTTLED,
  QPSExceeded: THROTTLED,
  RequestQuotaExceeded: THROTTLED,
  InternalServerError: UNAVAILABLE,
  ServiceUnavailable: UNAVAILABLE,
  DataUnderReplication: UNAVAILABLE,
  DataStoreError: UNAVAILABLE,
  'ODPS-0010000': UNAVAILABLE,
  // Tables have no locks: of those who add a partition at one time some are refused so, though it will be there.
  'ODPS-0110041': UNAVAILABLE,
  'ODPS-0110061': UNAVAILABLE,
  RequestTimeOut: TIMEOUT,
  CorruptedDataStream: DAMAGED,
  IncompleteBody: DAMAGED,
  StatusConflict: SESSION_ENDED,
  NoSuchUpload: SESSION_ENDED,
  NoSuchData: SESSION_ENDED,
  DataVersionConflict: SESSION_ENDED,
  StreamSessionNotFound: SESSION_ENDED,
  UpsertSessionNotFound: SESSION_ENDED,
  TableModified: SCHEMA_MODIFIED,
  SchemaModified: SCHEMA_MODIFIED,
  NoSuchSchema: SCHEMA_MODIFIED,
  InvalidArgument: REFUSED,
  InvalidBlockID: REFUSED,
  MalformedDataStream: REFUSED,
  MaxMessageLengthExceeded: REFUSED,
  InConsistentBlockList: INCOMPLETE,
  InvalidResourceSpec: REFUSED,
  [ANSWER_NOT_UNDERSTOOD]: DOUBTFUL,
  [COMMIT_UNDER_WAY]: UNSETTLED,
};

/** All that are about who asks: the service has many of them. */
const AUTHENTICATION = /^ODPS-0410\d{3}$/;

const LEADING_CODE = /^ODPS-\d{7}/;

/** Where the reply names no code that we know: proxies, gateways. */
const BY_STATUS: Readonly<Record<number, Row>> = {
  308: SLOT_MOVED,
  401: CREDENTIALS,
  403: DENIED,
  404: WRONG_ADDRESS,
  408: TIMEOUT,
  // Too many statements at one time.
  409: THROTTLED,
  412: SCHEMA_MODIFIED,
  429: THROTTLED,
};

const UNREACHABLE: Row = [
  'retriable',
  'MAXCOMPUTE_UNREACHABLE',
  'check maxcompute.endpoint, maxcompute.tunnel.endpoint and the network',
];
const NOT_TRUSTED: Row = [
  'fatal',
  'MAXCOMPUTE_NOT_TRUSTED',
  'the certificate of the endpoint is refused; check maxcompute.endpoint and the clock',
];
/** Certificates are renewed, and clocks set. */
const OUT_OF_DATE: Row = ['may-heal', NOT_TRUSTED[1], NOT_TRUSTED[2]];
const BY_NETWORK_FAILURE: Readonly<Record<NetworkFailureKind, Row>> = {
  unreachable: UNREACHABLE,
  timeout: TIMEOUT,
  'given-up': ['timeout', 'MAXCOMPUTE_TIMEOUT', 'the time for this batch ran out before MaxCompute answered'],
  closed: ['retriable', 'MAXCOMPUTE_CLOSED', 'the sink was closed meanwhile'],
  untrusted: NOT_TRUSTED,
  'out-of-date': OUT_OF_DATE,
  'ours-refused': UNCLASSIFIED,
  'not-tls': [
    'fatal',
    'MAXCOMPUTE_NOT_TRUSTED',
    'the endpoint does not speak TLS; write http:// in maxcompute.endpoint if that is meant',
  ],
  'not-http': [
    'retriable',
    'MAXCOMPUTE_UNREACHABLE',
    'what answers there speaks no HTTP; check maxcompute.endpoint and any proxy on the way',
  ],
};

/** Own entries only: the code comes from outside and may be `constructor`. */
function rowFor<T>(table: Readonly<Record<PropertyKey, T>>, key: PropertyKey): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function rowOf({ status, code, text, networkCode }: OdpsError): Row {
  if (networkCode !== undefined) {
    const kind = networkFailureKind(networkCode);
    return kind === undefined ? UNCLASSIFIED : BY_NETWORK_FAILURE[kind];
  }
  const known = rowFor(BY_CODE, code);
  // `Unauthorized` stands for a wrong clock, too; what the sentence begins with tells the two apart.
  if (known === CREDENTIALS) return rowFor(BY_CODE, LEADING_CODE.exec(text)?.[0] ?? '') ?? known;
  if (known !== undefined) return known;
  if (AUTHENTICATION.test(code)) return CREDENTIALS;
  return rowFor(BY_STATUS, status) ?? (status >= 500 ? UNAVAILABLE : UNCLASSIFIED);
}

/** Whether the partition that a request named is not there. */
export function isPartitionMissing({ code }: OdpsError): boolean {
  return rowFor(BY_CODE, code) === NO_PARTITION;
}

/** Whether a classified error says that the session that a request named is over, whatever became of it. */
export function isSessionEnded(thrown: unknown): boolean {
  return thrown instanceof RetriableError && thrown.code === SESSION_ENDED[1];
}

/** Whether a classified error says, in the service's own words, that the table was altered since the session that a request named began. A
 *  bare 412 does not: it may be a gateway's, and the session as good as before. */
export function isSchemaModified(thrown: unknown): boolean {
  const cause = thrown instanceof RetriableError ? thrown.cause : undefined;
  return cause instanceof OdpsError && rowFor(BY_CODE, cause.code) === SCHEMA_MODIFIED;
}

/** Whether the table that a request named is not there. */
export function isTableMissing({ code }: OdpsError): boolean {
  return rowFor(BY_CODE, code) === NO_TABLE;
}

/** The error that a failed request is. Its text holds the service's words and ours, never a secret, a signature or a record.
 *  `about`: which records it was about, in words; '' where it was about none. */
export function classify(error: OdpsError, about = '', context: ErrorContext = {}): RetriableError | FatalError {
  const [verdict, code, advice] = rowOf(error);
  const message = `${error.message}${about === '' ? '' : `, for ${about}`}; ${advice}`;
  const options = { cause: error, context };
  switch (verdict) {
    case 'fatal':
      return new FatalError(code, message, options);
    case 'may-heal':
      return new FatalError(code, message, { ...options, mayHeal: true });
    case 'retriable':
    case 'throttled':
    case 'timeout': {
      const { holdClientMs } = error;
      const trouble = verdict === 'retriable' ? 'unreachable' : verdict;
      return new RetriableError(code, message, {
        ...options,
        ...(holdClientMs === undefined ? {} : { retryAfterMs: holdClientMs }),
        trouble,
      });
    }
    default:
      return verdict satisfies never;
  }
}
