/** Credentials of MaxCompute. */
import { type CloudCredentials, type CredentialSource, credentialSource } from '../../shared/cloud-credentials.ts';
import type { SecretResolver } from '../../shared/config/secret.ts';
import type { MaxComputeConfig } from './config.ts';

const WORDS = {
  code: 'MAXCOMPUTE_CREDENTIALS_MISSING',
  service: 'MaxCompute',
  idKey: 'maxcompute.access.id',
  secretKey: 'maxcompute.access.key',
} as const;

/** The configuration's credentials; `role` is asked when it has none.
 *  @throws FatalError `MAXCOMPUTE_CREDENTIALS_MISSING` when asked, also when a reference leads nowhere */
export function configuredCredentials(
  config: MaxComputeConfig,
  secrets: SecretResolver,
  role: () => CloudCredentials | undefined,
): CredentialSource {
  const keys = {
    accessKeyId: config['maxcompute.access.id'],
    accessKeySecret: config['maxcompute.access.key'],
    securityToken: config['maxcompute.security.token'],
  };
  return credentialSource(keys, WORDS, secrets, role);
}
