/** What TLS refused, in words. Codes are Node's: https://nodejs.org/api/tls.html#x509-certificate-error-codes and OpenSSL's alerts. */
import { FatalError } from '../errors.ts';

export interface TlsRefusalContext {
  /** Whether a client certificate was presented; unknown when absent. */
  readonly presented?: boolean;
}

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED|INVALID_CA)$/;
const ASKED_FOR_OURS = /ALERT_(CERTIFICATE_REQUIRED|NO_CERTIFICATE)$/;
/** Brokers of TLS 1.2 use the first two for a missing certificate as well. */
const DISLIKED_OURS =
  /ALERT_(HANDSHAKE_FAILURE|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|UNKNOWN_CA|UNSUPPORTED_CERTIFICATE|ACCESS_DENIED)$/;
const TLS_CODE =
  /^(CERT_|CRL_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|INVALID_|ERR_TLS|ERR_SSL|ERR_OSSL|HOSTNAME_MISMATCH|EPROTO$)/;

const GIVE_OURS =
  'give ssl.certificate and ssl.key (or ssl.keystore.location), issued by an authority that the broker trusts';

/** Says which certificate was refused by whom, and what to do; `undefined` when `code` is none of TLS. `detail` is Node's sentence. */
export function tlsRefusal(
  address: string,
  code: string,
  detail: string,
  context: TlsRefusalContext = {},
): FatalError | undefined {
  if (!TLS_CODE.test(code)) return undefined;
  // The broker's certificate is renewed, or a clock set, without anything changing here; ours are read once.
  const mayHeal = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code);
  return new FatalError('KAFKA_TLS_REFUSED', `${sentence(address, code, detail, context)} (${code})`, { mayHeal });
}

function sentence(address: string, code: string, detail: string, { presented }: TlsRefusalContext): string {
  if (UNTRUSTED.test(code)) {
    return `the certificate of broker ${address} is of an issuer that is not trusted here: put the issuer's certificate into ssl.ca (or ssl.truststore.location)`;
  }
  if (/^CERT_HAS_EXPIRED$/.test(code)) {
    return `a certificate of broker ${address} has expired: renew it at the broker; if it has not, set the clock of this machine`;
  }
  if (/^CERT_NOT_YET_VALID$/.test(code)) {
    return `a certificate of broker ${address} is not valid yet: set the clock of this machine, or that of whoever issued it`;
  }
  if (/^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/.test(code)) {
    return `the certificate of broker ${address} is for other names${detail === '' ? '' : ` (${detail})`}: reach the broker by a name that it holds (bootstrap.servers, and the broker's advertised.listeners), have it issued for this name, or turn the check off with an empty ssl.endpoint.identification.algorithm`;
  }
  if (ASKED_FOR_OURS.test(code) || (presented === false && DISLIKED_OURS.test(code))) {
    return `broker ${address} asks for a client certificate: ${GIVE_OURS}`;
  }
  if (/ALERT_CERTIFICATE_EXPIRED$/.test(code)) {
    return `broker ${address} says that our client certificate has expired: renew the one in ssl.certificate or ssl.keystore.location`;
  }
  if (DISLIKED_OURS.test(code)) {
    return `broker ${address} refuses our client certificate, or asks for one: ${GIVE_OURS}`;
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|NO_PROTOCOLS_AVAILABLE/.test(code)) {
    return `broker ${address} and this client share no version of TLS (1.2 or 1.3 is needed): look at the broker's ssl.enabled.protocols`;
  }
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|^EPROTO$/.test(code)) {
    return `what listens at ${address} does not speak TLS: check the port, or set security.protocol to PLAINTEXT or SASL_PLAINTEXT`;
  }
  return `no trusted TLS connection to ${address}: check security.protocol and the ssl.* settings`;
}
