/** The environment of an instance: what the platform injects, and the function's own variables; nothing of ours. */
import type { DefinedFunction } from './function-definition.ts';

/** Whose functions run, and where. */
export interface FcAccount {
  readonly accountId: string;
  readonly region: string;
}

/** Where programs of an instance are looked for. */
const PATH = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';

/** Source: the service's page "Environment variables". */
export function instanceEnvironment(
  fn: DefinedFunction,
  { accountId, region }: FcAccount,
  instanceId: string,
): Record<string, string> {
  const { role } = fn;
  return {
    PATH,
    HOME: '/tmp',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    ...fn.environmentVariables,
    ...(role === undefined
      ? {}
      : {
          ALIBABA_CLOUD_ACCESS_KEY_ID: role.accessKeyId,
          ALIBABA_CLOUD_ACCESS_KEY_SECRET: role.accessKeySecret,
          ...(role.securityToken === undefined ? {} : { ALIBABA_CLOUD_SECURITY_TOKEN: role.securityToken }),
        }),
    FC_FUNC_CODE_PATH: fn.code,
    FC_ACCOUNT_ID: accountId,
    FC_FUNCTION_NAME: fn.name,
    FC_FUNCTION_HANDLER: fn.handler,
    FC_FUNCTION_MEMORY_SIZE: String(fn.memoryMb),
    FC_REGION: region,
    FC_INSTANCE_ID: instanceId,
    FC_VER_ID: 'LATEST',
    FC_FUNCTION_VERSION: 'LATEST',
    ...(fn.service === undefined ? {} : { FC_SERVICE_NAME: fn.service }),
  };
}
