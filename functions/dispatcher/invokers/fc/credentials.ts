/** Who calls Function Compute: keys of the configuration, the role of the function that this runs in, or what Alibaba Cloud's default chain
 *  finds (profile, OIDC of a pod, role of an ECS instance); each may assume a role. */
import type { CloudCredentials, CredentialKeys } from '../../../../shared/cloud-credentials.ts';
import { lookUp } from '../../../../shared/config/look-up.ts';
import type { SecretResolver } from '../../../../shared/config/secret.ts';
import { FatalError, RetriableError, toError } from '../../../../shared/errors.ts';

/** Asked before every request; renews what is about to end.
 *  @throws FatalError `FC_CREDENTIALS_MISSING`, `FC_ROLE_REFUSED`
 *  @throws RetriableError `FC_CREDENTIALS_UNREACHABLE` */
export type FcCredentialSource = () => CloudCredentials | Promise<CloudCredentials>;

export interface FcCredentialOptions extends CredentialKeys {
  readonly roleArn: string | undefined;
  readonly region: string | undefined;
  /** Only the inside of the region can be reached, STS as well. */
  readonly internal: boolean;
  /** For the audit log of the role: 2 to 64 letters, digits and `.@-_`. */
  readonly sessionName: string;
}

interface Provider {
  getCredentials(): Promise<CloudCredentials>;
}

/** What is used of @alicloud/credentials. It is loaded only where it is needed: 100 files that most runs never read. */
export interface CredentialSdk {
  readonly DefaultCredentialsProvider: { builder(): { build(): Provider } };
  readonly RAMRoleARNCredentialsProvider: { builder(): RoleBuilder };
}

interface RoleBuilder {
  withCredentialsProvider(provider: Provider & { getProviderName(): string }): RoleBuilder;
  withRoleArn(arn: string): RoleBuilder;
  withRoleSessionName(name: string): RoleBuilder;
  withStsRegionId(region: string): RoleBuilder;
  withEnableVpc(isInside: boolean): RoleBuilder;
  build(): Provider;
}

export interface FcCredentialDeps {
  readonly secrets: SecretResolver;
  /** Of the environment, or of the function that this runs in. */
  readonly role: () => CloudCredentials | undefined;
  readonly loadSdk: () => Promise<CredentialSdk>;
}

const NONE = 'no credentials for Function Compute';
const SET =
  'set fc.access.key.id and fc.access.key.secret, give the function or the machine a role, or set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET';

export function fcCredentials(options: FcCredentialOptions, deps: FcCredentialDeps): FcCredentialSource {
  const own = ownCredentials(options, deps);
  const { roleArn, region, internal, sessionName } = options;
  if (roleArn === undefined) return own;
  const assumed = oneAtATime(async () => {
    const { RAMRoleARNCredentialsProvider } = await deps.loadSdk();
    const caller = { getCredentials: async () => await own(), getProviderName: () => 'spillway' };
    const builder = RAMRoleARNCredentialsProvider.builder()
      .withCredentialsProvider(caller)
      .withRoleArn(roleArn)
      .withRoleSessionName(sessionName)
      .withEnableVpc(internal);
    return (region === undefined ? builder : builder.withStsRegionId(region)).build();
  });
  return async () => {
    try {
      return await assumed();
    } catch (thrown) {
      throw roleError(thrown, roleArn);
    }
  };
}

function ownCredentials(
  { accessKeyId, accessKeySecret, securityToken }: FcCredentialOptions,
  { secrets, role, loadSdk }: FcCredentialDeps,
): FcCredentialSource {
  if (accessKeyId !== undefined && accessKeySecret !== undefined) {
    return () =>
      lookUp('FC_CREDENTIALS_MISSING', NONE, () => ({
        accessKeyId: accessKeyId.reveal(secrets),
        accessKeySecret: accessKeySecret.reveal(secrets),
        securityToken: securityToken?.reveal(secrets),
      }));
  }
  const chain = oneAtATime(async () => (await loadSdk()).DefaultCredentialsProvider.builder().build());
  return () =>
    role() ??
    chain().catch((thrown: unknown) => {
      throw new FatalError('FC_CREDENTIALS_MISSING', `${NONE}: ${SET}`, { cause: toError(thrown), mayHeal: true });
    });
}

/** Asks the provider that `make` makes. Several callers at one time share one answer: at the end of a session each would renew it. A provider
 *  that fails is made anew for the next call: the chain of the SDK would ask nobody but its last member from then on, and a session that may
 *  still be used is answered and not thrown. */
function oneAtATime(make: () => Promise<Provider>): () => Promise<CloudCredentials> {
  let provider: Promise<Provider> | undefined;
  let pending: Promise<CloudCredentials> | undefined;
  const ask = async () => {
    provider ??= make();
    try {
      const { accessKeyId, accessKeySecret, securityToken } = await (await provider).getCredentials();
      return { accessKeyId, accessKeySecret, securityToken: securityToken || undefined };
    } catch (thrown) {
      provider = undefined;
      throw thrown;
    }
  };
  return () => {
    pending ??= ask().finally(() => {
      pending = undefined;
    });
    return pending;
  };
}

/** What STS answers when it is not now. Source: https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-errorcodes */
const NOT_NOW = /^(Throttling|ServiceUnavailable|InternalError)/;

/** The SDK throws plain errors: `refresh session token failed: ` and the answer of STS, or what the network said. */
function roleError(thrown: unknown, roleArn: string): Error {
  if (thrown instanceof FatalError || thrown instanceof RetriableError) return thrown;
  const cause = toError(thrown);
  const isAnswer = /^(refresh |the access key secret)/.test(cause.message);
  const code = /"Code"\s*:\s*"([\w.]+)"/.exec(cause.message)?.[1];
  if (isAnswer && !NOT_NOW.test(code ?? '')) {
    return new FatalError(
      'FC_ROLE_REFUSED',
      `the credentials may not assume ${roleArn} (${code ?? 'STS refused'}): grant them sts:AssumeRole on it, and let the role trust their account`,
      { mayHeal: true },
    );
  }
  return new RetriableError('FC_CREDENTIALS_UNREACHABLE', `STS does not hand out the credentials of ${roleArn} now`, {
    cause,
  });
}
