/** What an answer means that holds no items, or no answer at all: by status, with exceptions by error type, and by what the network did.
 *  Proved against `test/fixtures/replies/search/`, shown in `docs/elasticsearch-replies.md`. */
import type { NetworkFailureKind } from '../../../shared/network-failure.ts';
import {
  ACCESS_DENIED,
  type Decision,
  type DecisionRow,
  INDEX_MISSING,
  NODE_LOST,
  SERVER,
  type Types,
} from './decisions.ts';

type RequestDecision = Exclude<Decision, 'written' | 'stale' | 'errant' | 'race'>;

export interface RequestRow extends DecisionRow<RequestDecision> {
  readonly statuses: readonly number[];
  readonly types: Types;
}

const HTTP_SETTINGS =
  'https://www.elastic.co/docs/reference/elasticsearch/configuration-reference/networking-settings#http-settings';
const STATUS_CODES = 'https://www.rfc-editor.org/rfc/rfc9110.html#section-15';
const MEDIA_TYPE = {
  decision: 'fatal',
  code: 'ELASTICSEARCH_MEDIA_TYPE_REFUSED',
  why: 'what answers there takes no NDJSON; check elasticsearch.hosts and any proxy on the way',
  source: `${SERVER}rest/RestController.java`,
} as const;
const WRONG_ADDRESS = {
  decision: 'fatal',
  code: 'ELASTICSEARCH_WRONG_ADDRESS',
  why: 'what answers there knows no bulk requests; check elasticsearch.hosts, with the path that a proxy wants',
  source: `${SERVER}rest/RestController.java`,
} as const;

export const REQUEST_TABLE: readonly RequestRow[] = [
  { statuses: [301, 302, 303, 307, 308], types: 'any', ...WRONG_ADDRESS, source: STATUS_CODES },
  { statuses: [400], types: ['media_type_header_exception'], ...MEDIA_TYPE },
  {
    statuses: [400],
    types: [
      'action_request_validation_exception',
      'illegal_argument_exception',
      'x_content_parse_exception',
      'x_content_e_o_f_exception',
      'json_parse_exception',
      'json_e_o_f_exception',
    ],
    decision: 'bisect',
    code: 'ELASTICSEARCH_REQUEST_REFUSED',
    why: 'the fault may be of any operation in the request',
    source: `${SERVER}action/bulk/BulkRequestParser.java`,
  },
  { statuses: [400], types: 'untyped', ...WRONG_ADDRESS },
  {
    statuses: [401],
    types: 'any',
    decision: 'may-heal',
    code: 'ELASTICSEARCH_CREDENTIALS_REFUSED',
    why: 'check elasticsearch.username and elasticsearch.password, elasticsearch.api.key or elasticsearch.bearer.token',
    source: `${SERVER}ElasticsearchSecurityException.java`,
  },
  {
    statuses: [403],
    types: ['cluster_block_exception', 'index_create_block_exception'],
    decision: 'unreachable',
    code: 'ELASTICSEARCH_BLOCKED',
    why: 'the cluster is blocked for writes; lift the block (settings cluster.blocks)',
    source: `${SERVER}cluster/block/ClusterBlockException.java`,
  },
  { statuses: [403], types: 'any', ...ACCESS_DENIED },
  { statuses: [404], types: ['index_not_found_exception'], ...INDEX_MISSING },
  { statuses: [404], types: 'untyped', ...WRONG_ADDRESS },
  { statuses: [405], types: 'any', ...WRONG_ADDRESS },
  { statuses: [406, 415], types: 'any', ...MEDIA_TYPE },
  {
    statuses: [408],
    types: 'any',
    decision: 'timeout',
    code: 'ELASTICSEARCH_TIMEOUT',
    why: 'the request took too long on its way',
    source: STATUS_CODES,
  },
  {
    statuses: [413],
    types: 'any',
    decision: 'split',
    code: 'ELASTICSEARCH_REQUEST_TOO_LARGE',
    why: 'the request is longer than http.max_content_length of the server, which counts what gzip inflates to, or than a proxy allows',
    source: HTTP_SETTINGS,
  },
  {
    statuses: [429],
    types: ['es_rejected_execution_exception', 'rejected_execution_exception', 'circuit_breaking_exception'],
    decision: 'split-or-wait',
    code: 'ELASTICSEARCH_REQUEST_REJECTED',
    why: 'the server has no memory or no thread for this request; a large one is split, one that the server says it can never take, too, and the rest waits',
    source: 'https://www.elastic.co/docs/reference/elasticsearch/index-settings/pressure',
  },
  {
    statuses: [429],
    types: 'any',
    decision: 'throttled',
    code: 'ELASTICSEARCH_THROTTLED',
    why: 'the rate of requests is limited on the way',
    source: STATUS_CODES,
  },
  {
    statuses: [500],
    types: NODE_LOST,
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'a node went away while it had the request',
    source: `${SERVER}transport/ConnectTransportException.java`,
  },
  {
    statuses: [502, 503],
    types: 'any',
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNAVAILABLE',
    why: 'the cluster has no master, is starting, or cannot be reached by its proxy',
    source: `${SERVER}cluster/block/ClusterBlockException.java`,
  },
  {
    statuses: [504],
    types: 'any',
    decision: 'timeout',
    code: 'ELASTICSEARCH_TIMEOUT',
    why: 'a proxy did not get an answer in time',
    source: STATUS_CODES,
  },
];

const NETWORK = 'https://nodejs.org/api/errors.html';
const TLS = 'https://nodejs.org/api/tls.html#x509-certificate-error-codes';

/** No whole answer came. What was sent may have been written: it is sent again, and ids make that harmless. */
export const NETWORK_TABLE: Readonly<Record<NetworkFailureKind, DecisionRow<RequestDecision>>> = {
  unreachable: {
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNREACHABLE',
    why: 'no node can be reached; check elasticsearch.hosts and the network',
    source: NETWORK,
  },
  timeout: {
    decision: 'timeout',
    code: 'ELASTICSEARCH_TIMEOUT',
    why: 'no answer in time',
    source: NETWORK,
  },
  'given-up': {
    decision: 'timeout',
    code: 'ELASTICSEARCH_TIMEOUT',
    why: 'the time for this batch ran out before the server answered',
    source: NETWORK,
  },
  closed: {
    decision: 'unreachable',
    code: 'ELASTICSEARCH_CLOSED',
    why: 'the sink was closed meanwhile',
    source: NETWORK,
  },
  untrusted: {
    decision: 'fatal',
    code: 'ELASTICSEARCH_NOT_TRUSTED',
    why: 'the certificate of the server is not trusted; check elasticsearch.hosts and elasticsearch.ssl.ca',
    source: TLS,
  },
  'out-of-date': {
    decision: 'may-heal',
    code: 'ELASTICSEARCH_NOT_TRUSTED',
    why: 'the certificate of the server has expired or is not valid yet; renew it, or set the clock',
    source: TLS,
  },
  'ours-refused': {
    decision: 'may-heal',
    code: 'ELASTICSEARCH_NOT_TRUSTED',
    why: 'the server wants a client certificate, or another one; check elasticsearch.ssl.certificate',
    source: TLS,
  },
  'not-tls': {
    decision: 'fatal',
    code: 'ELASTICSEARCH_NOT_TRUSTED',
    why: 'the server does not speak TLS; write http:// in elasticsearch.hosts if that is meant',
    source: NETWORK,
  },
  'not-http': {
    decision: 'unreachable',
    code: 'ELASTICSEARCH_UNREACHABLE',
    why: 'what answers there speaks no HTTP; check elasticsearch.hosts and any proxy on the way',
    source: NETWORK,
  },
};

/** A 2xx without items. */
export const NO_ITEMS = {
  decision: 'fatal',
  code: 'ELASTICSEARCH_ANSWER_INVALID',
  why: 'that is no answer to a bulk request; check elasticsearch.hosts and any proxy on the way',
  source: '',
} as const satisfies DecisionRow<RequestDecision>;

/** Where no row fits. */
export const UNCLASSIFIED_REQUEST = {
  decision: 'fatal',
  code: 'ELASTICSEARCH_UNCLASSIFIED',
  why: 'this reply is not known to Spillway',
  source: '',
} as const satisfies DecisionRow<RequestDecision>;
