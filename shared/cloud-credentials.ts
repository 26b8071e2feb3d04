/** Credentials of Alibaba Cloud's services: those of the configuration, else those that Function Compute gives a function's role. */
import { lookUp } from './config/look-up.ts';
import type { Secret, SecretResolver } from './config/secret.ts';
import { FatalError } from './errors.ts';

export interface CloudCredentials {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly securityToken?: string | undefined;
}

/** Asked before every request, so that renewed credentials are followed.
 *  @throws FatalError, also when a reference leads nowhere */
export type CredentialSource = () => CloudCredentials;

/** Source: https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/user-guide/environment-variables (reserved variables).
 *  Empty strings stand for "not given". */
export function roleCredentials(env: Readonly<Record<string, string | undefined>>): CloudCredentials | undefined {
  const accessKeyId = env['ALIBABA_CLOUD_ACCESS_KEY_ID'];
  const accessKeySecret = env['ALIBABA_CLOUD_ACCESS_KEY_SECRET'];
  const securityToken = env['ALIBABA_CLOUD_SECURITY_TOKEN'] || undefined;
  return accessKeyId && accessKeySecret ? { accessKeyId, accessKeySecret, securityToken } : undefined;
}

/** What Function Compute's context carries of a function's role, renewed from call to call; the environment keeps what it was when the instance
 *  started. Empty strings stand for "not given": a function without a role, credentials without a token. */
export interface RoleContext {
  readonly credentials?: CloudCredentials;
}

export function contextCredentials({ credentials }: RoleContext = {}): CloudCredentials | undefined {
  if (!credentials?.accessKeyId) return undefined;
  return { ...credentials, securityToken: credentials.securityToken || undefined };
}

/** Credentials as a configuration names them. */
export interface CredentialKeys {
  readonly accessKeyId?: Secret | undefined;
  readonly accessKeySecret?: Secret | undefined;
  readonly securityToken?: Secret | undefined;
}

/** What a service is called where its credentials are missing. */
export interface CredentialWords {
  /** Code of the error. */
  readonly code: string;
  readonly service: string;
  /** Keys of the configuration. */
  readonly idKey: string;
  readonly secretKey: string;
}

/** The configuration's credentials; `role` is asked when it has none. */
export function credentialSource(
  { accessKeyId, accessKeySecret, securityToken }: CredentialKeys,
  { code, service, idKey, secretKey }: CredentialWords,
  secrets: SecretResolver,
  role: () => CloudCredentials | undefined,
): CredentialSource {
  const none = `no credentials for ${service}`;
  if (accessKeyId !== undefined && accessKeySecret !== undefined) {
    return () =>
      lookUp(code, none, () => ({
        accessKeyId: accessKeyId.reveal(secrets),
        accessKeySecret: accessKeySecret.reveal(secrets),
        securityToken: securityToken?.reveal(secrets),
      }));
  }
  return () => {
    const credentials = role();
    if (credentials !== undefined) return credentials;
    throw new FatalError(
      code,
      `${none}: set ${idKey} and ${secretKey}, give the function a role, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
      { mayHeal: true },
    );
  };
}
