/** Our TLS settings as `tls.connect` takes them. */
import { type ConnectionOptions, checkServerIdentity } from 'node:tls';
import type { TlsOptions } from './driver.ts';

/** Options without host and port. With the check of the name off, the chain of trust is still checked. */
export function tlsOptions({ checkHostname, ...pem }: TlsOptions): ConnectionOptions {
  return { ...pem, checkServerIdentity: checkHostname === false ? () => undefined : identityComplaint };
}

/** Node's check. Its message leaves out the names of hosts when the address is a number, and those are what one looks for. */
const identityComplaint: NonNullable<ConnectionOptions['checkServerIdentity']> = (host, certificate) => {
  const error = checkServerIdentity(host, certificate);
  if (error !== undefined) {
    error.message = `it is for ${certificate.subjectaltname ?? certificate.subject.CN}, not for ${host}`;
  }
  return error;
};
