/** Keys that say where the cluster is, how it is signed in to, and what it is told of indices. */
import { defineKey } from '../../../shared/config/define-key.ts';
import { Refusal } from '../../../shared/config/schemas.ts';
import {
  HOSTNAME_CHECK_EXPECTED,
  PEM_EXPECTED,
  readCertificates,
  readHostnameCheck,
} from '../../../shared/config/worker/security-keys.ts';
import { HOST_EXPECTED, hostUrl } from '../hosts.ts';

const TARGET = { group: 'Elasticsearch target' } as const;
const TLS = { group: 'Elasticsearch TLS' } as const;

/** A host may hold a password where none belongs: it is not shown. */
function hostComplaint(text: string): Refusal | undefined {
  return hostUrl(text) === undefined
    ? new Refusal(`${HOST_EXPECTED}; user and password have keys of their own`, false)
    : undefined;
}

export const targetKeys = {
  'elasticsearch.hosts': defineKey.list({
    ...TARGET,
    importance: 'HIGH',
    refersTo: 'address',
    displayName: 'Hosts',
    required: true,
    expected: 'addresses such as https://node1:9200',
    check: hostComplaint,
    doc: 'Nodes of the cluster, http or https, of Elasticsearch (7.10 to 9) or OpenSearch (2, 3). Requests go to them in turn; one that cannot be reached is left out for a while. A path (`https://proxy/search`) is put before that of every request.',
  }),
  'elasticsearch.username': defineKey.string({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'User',
    doc: 'User to sign in as, given together with `elasticsearch.password`. One way to sign in at most: this, an API key, or a token.',
  }),
  'elasticsearch.password': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'Password',
    doc: 'Password of that user. It is looked up anew for each request, as are the API key and the token. None of them may hold a line break or another control character.',
  }),
  'elasticsearch.api.key': defineKey.password({
    ...TARGET,
    importance: 'HIGH',
    displayName: 'API key',
    doc: 'API key in the form that the server calls `encoded` (base64 of id, colon and key).',
  }),
  'elasticsearch.bearer.token': defineKey.password({
    ...TARGET,
    importance: 'MEDIUM',
    displayName: 'Bearer token',
    doc: 'Token for `Authorization: Bearer`, of a service account, for example.',
  }),
  'elasticsearch.compression': defineKey.enum(['none', 'gzip'], {
    ...TARGET,
    importance: 'MEDIUM',
    displayName: 'Compression of requests',
    default: 'none',
    doc: 'Whether requests travel as gzip. It saves traffic and costs CPU time on both sides.',
  }),
  'elasticsearch.request.timeout.ms': defineKey.long({
    ...TARGET,
    importance: 'LOW',
    displayName: 'Request timeout',
    min: 1,
    unit: 'ms',
    default: 30_000,
    doc: 'How long one request may take. One that takes longer may have been carried out all the same: its records are sent again, and ids make that harmless. Keep it below `invoke.timeout.ms`.',
  }),
  'elasticsearch.ssl.ca': defineKey.parsed(readCertificates, {
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'Trusted certificates',
    expected: PEM_EXPECTED,
    doc: 'Certificates that those of the nodes are checked against, as PEM text. Without it those that Node.js trusts.',
  }),
  'elasticsearch.ssl.truststore.location': defineKey.string({
    ...TLS,
    importance: 'MEDIUM',
    refersTo: 'file',
    displayName: 'File of trusted certificates',
    expected: 'a path of a PEM file',
    doc: 'PEM file with the same, instead of `elasticsearch.ssl.ca`.',
  }),
  'elasticsearch.ssl.certificate': defineKey.parsed(readCertificates, {
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'Client certificate',
    expected: PEM_EXPECTED,
    doc: 'Our own certificate and its chain, as PEM text, where nodes ask for one. Given together with `elasticsearch.ssl.key`.',
  }),
  'elasticsearch.ssl.key': defineKey.password({
    ...TLS,
    importance: 'MEDIUM',
    displayName: 'Client key',
    doc: 'Private key of that certificate, as PEM text; encrypted or not.',
  }),
  'elasticsearch.ssl.keystore.location': defineKey.string({
    ...TLS,
    importance: 'MEDIUM',
    refersTo: 'file',
    displayName: 'File of client key and certificate',
    expected: 'a path of a PEM file',
    doc: 'PEM file with key and certificate, instead of `elasticsearch.ssl.key` and `elasticsearch.ssl.certificate`.',
  }),
  'elasticsearch.ssl.key.password': defineKey.password({
    ...TLS,
    importance: 'LOW',
    displayName: 'Password of the client key',
    doc: 'Needed where the key is encrypted.',
  }),
  'elasticsearch.ssl.endpoint.identification.algorithm': defineKey.parsed(readHostnameCheck, {
    ...TLS,
    importance: 'LOW',
    displayName: 'Check of the host name',
    expected: HOSTNAME_CHECK_EXPECTED,
    default: 'https',
    doc: 'Whether the certificate of a node must hold the name that it is reached by. Turned off by an empty value or `none`; who signed the certificate is checked all the same.',
  }),
};
