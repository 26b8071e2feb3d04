/** Credentials of OSS: those of the configuration, else those that Function Compute gives a function's role. */
import { lookUp } from '../../shared/config/look-up.ts';
import type { Secret, SecretResolver } from '../../shared/config/secret.ts';
import { FatalError } from '../../shared/errors.ts';

export interface OssCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** Asked before every request, so that renewed credentials are followed.
 *  @throws FatalError `OSS_CREDENTIALS_MISSING`, also when a reference leads nowhere */
export type CredentialSource = () => OssCredentials;

/** Source: https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/environment-variables (reserved variables).
 *  Empty strings stand for "not given". */
export function roleCredentials(env: Readonly<Record<string, string | undefined>>): OssCredentials | undefined {
  const accessKeyId = env['ALIBABA_CLOUD_ACCESS_KEY_ID'];
  const accessKeySecret = env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'];
  const securityToken = env['ALIBABA_CLOUD_SECURITY_TOKEN'] || undefined;
  return accessKeyId && accessKeySecret ? { accessKeyId, accessKeySecret, securityToken } : undefined;
}

/** Credentials as a configuration names them. */
export interface CredentialKeys {
  readonly accessKeyId?: Secret | undefined;
  readonly accessKeySecret?: Secret | undefined;
  readonly securityToken?: Secret | undefined;
}

/** The configuration's credentials; `role` is asked when it has none. */
export function credentialSource(
  { accessKeyId, accessKeySecret, securityToken }: CredentialKeys,
  secrets: SecretResolver,
  role: () => OssCredentials | undefined,
): CredentialSource {
  if (accessKeyId !== undefined && accessKeySecret !== undefined) {
    return () =>
      lookUp('OSS_CREDENTIALS_MISSING', 'no credentials for OSS', () => ({
        accessKeyId: accessKeyId.reveal(secrets),
        accessKeySecret: accessKeySecret.reveal(secrets),
        securityToken: securityToken?.reveal(secrets),
      }));
  }
  return () => {
    const credentials = role();
    if (credentials !== undefined) return credentials;
    throw new FatalError(
      'OSS_CREDENTIALS_MISSING',
      'no credentials for OSS: set oss.access.key.id and oss.access.key.secret, give the function a role, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET',
      { mayHeal: true },
    );
  };
}
