/** What a failure of the network means, by its code. Sources: Node.js `errors.md` (system and TLS errors), undici `docs/api/Errors.md`. */

/** `timeout`: no answer in time. `given-up`: we did not wait any longer ourselves. `closed`: our own client was closed. `out-of-date`: a
 *  certificate that has expired, or is not valid yet; certificates are renewed, and clocks set. `ours-refused`: the other side wants a client
 *  certificate, or another one. `not-tls` and `not-http`: what answers there speaks something else. */
export type NetworkFailureKind =
  | 'unreachable'
  | 'timeout'
  | 'given-up'
  | 'closed'
  | 'untrusted'
  | 'out-of-date'
  | 'ours-refused'
  | 'not-tls'
  | 'not-http';

const KINDS: Readonly<Record<string, NetworkFailureKind>> = {
  ABORTED: 'given-up',
  TIMEOUT: 'timeout',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  ECONNABORTED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EMFILE: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ENFILE: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETRESET: 'unreachable',
  ENOBUFS: 'unreachable',
  EPROTO: 'unreachable',
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: 'unreachable',
  UND_ERR_SOCKET: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'unreachable',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_DESTROYED: 'closed',
  UND_ERR_CLOSED: 'closed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not-tls',
  HTTPParserError: 'not-http',
  CERT_HAS_EXPIRED: 'out-of-date',
  CERT_NOT_YET_VALID: 'out-of-date',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'untrusted',
};

/** OpenSSL's names of TLS alerts about the certificate that we showed, or did not show. */
const OURS_REFUSED =
  /^ERR_SSL_.*ALERT_(CERTIFICATE_REQUIRED|NO_CERTIFICATE|HANDSHAKE_FAILURE|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/;

/** `undefined` for a code that is not known. */
export function networkFailureKind(code: string): NetworkFailureKind | undefined {
  if (OURS_REFUSED.test(code)) return 'ours-refused';
  return Object.hasOwn(KINDS, code) ? KINDS[code] : undefined;
}
