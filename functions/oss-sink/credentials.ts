/** Credentials of OSS. */
import {
  type CloudCredentials,
  type CredentialKeys,
  type CredentialSource,
  credentialSource as sourceOf,
} from '../../shared/cloud-credentials.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';

export { type CredentialKeys, type CredentialSource, roleCredentials } from '../../shared/cloud-credentials.ts';
export type OssCredentials = CloudCredentials;

const WORDS = {
  code: 'OSS_CREDENTIALS_MISSING',
  service: 'OSS',
  idKey: 'oss.access.key.id',
  secretKey: 'oss.access.key.secret',
} as const;

/** The configuration's credentials; `role` is asked when it has none.
 *  @throws FatalError `OSS_CREDENTIALS_MISSING` when asked, also when a reference leads nowhere */
export function credentialSource(
  keys: CredentialKeys,
  secrets: SecretResolver,
  role: () => OssCredentials | undefined,
): CredentialSource {
  return sourceOf(keys, WORDS, secrets, role);
}
