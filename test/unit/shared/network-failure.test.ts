import { describe, expect, it } from 'vitest';
import { networkFailureKind } from '../../../shared/network-failure.ts';

describe('networkFailureKind', () => {
  it.each([
    ['ECONNRESET', 'unreachable'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable'],
    ['ENFILE', 'unreachable'],
    ['EHOSTDOWN', 'unreachable'],
    ['ENETRESET', 'unreachable'],
    ['ENOBUFS', 'unreachable'],
    ['EPROTO', 'unreachable'],
    ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'unreachable'],
    ['UND_ERR_BODY_TIMEOUT', 'timeout'],
    ['ABORTED', 'given-up'],
    ['UND_ERR_DESTROYED', 'closed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'untrusted'],
    ['CERT_NOT_YET_VALID', 'out-of-date'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'ours-refused'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ours-refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
    ['HTTPParserError', 'not-http'],
  ])('%s is %s', (code, kind) => {
    expect(networkFailureKind(code)).toBe(kind);
  });

  it.each(['', 'E_NEW', 'constructor', 'ERR_SSL_NEW'])('does not know %j', (code) => {
    expect(networkFailureKind(code)).toBeUndefined();
  });
});
