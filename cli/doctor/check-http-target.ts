/** A function of the user's own, at a URL. It is not invoked. */
import type { Reach } from './connect-to.ts';
import { type Finding, ok, problem } from './finding.ts';

/** OpenSSL's words for an answer that is no TLS. Source: Node.js `errors.md`, OpenSSL `sslerr.h`. */
const NO_TLS = /^(ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG|EPROTO)$/;
const CERTIFICATE = /CERT|SIGNATURE|SSL|TLS/;

/** Query and path may hold what is nobody's business: only the origin is shown. */
export function checkHttpTarget({ origin, protocol }: URL, reach: Reach): Finding[] {
  if (reach.reached) {
    const how = protocol === 'https:' ? ' over TLS with a trusted certificate' : '';
    return [ok('http-reached', `${origin} takes connections${how}; the function was not invoked`)];
  }
  if (NO_TLS.test(reach.code)) {
    const action = 'write http:// in invoke.http.url if that is meant, or correct its port';
    return [problem('http-tls', `${origin} speaks no TLS (${reach.code})`, action, 'TARGET_UNREACHABLE')];
  }
  if (CERTIFICATE.test(reach.code)) {
    return [
      problem(
        'http-tls',
        `the certificate of ${origin} is refused (${reach.code})`,
        'correct the host name in invoke.http.url, renew the certificate, or trust its issuer with NODE_EXTRA_CA_CERTS',
        'TARGET_UNREACHABLE',
      ),
    ];
  }
  return [
    problem(
      'http-unreachable',
      `${origin} cannot be reached (${reach.code})`,
      'start the function, or correct invoke.http.url; records wait until it answers',
      'TARGET_UNREACHABLE',
    ),
  ];
}
