/** What a handler is told about its call. */
import type { DefinedFunction } from './function-definition.ts';
import type { FcAccount } from './instance-environment.ts';

/** As it travels to the instance; the logger is added there. Source: the service's page "Context". */
export interface InvocationContext {
  readonly requestId: string;
  /** Empty where the function has no role. */
  readonly credentials: {
    readonly accessKeyId: string;
    readonly accessKeySecret: string;
    readonly securityToken: string;
  };
  /** `memory` in MB, `timeout` in seconds. */
  readonly function: {
    readonly name: string;
    readonly handler: string;
    readonly memory: number;
    readonly timeout: number;
  };
  readonly service: {
    readonly name: string;
    readonly logProject: string;
    readonly logStore: string;
    readonly qualifier: string;
    readonly versionId: string;
  };
  readonly region: string;
  readonly accountId: string;
}

/** The context of one call. */
export function invocationContext(
  fn: DefinedFunction,
  { accountId, region }: FcAccount,
  requestId: string,
  qualifier: string,
): InvocationContext {
  const { accessKeyId = '', accessKeySecret = '', securityToken = '' } = fn.role ?? {};
  return {
    requestId,
    credentials: { accessKeyId, accessKeySecret, securityToken },
    function: { name: fn.name, handler: fn.handler, memory: fn.memoryMb, timeout: fn.timeoutS },
    service: {
      name: fn.service ?? '',
      logProject: '',
      logStore: '',
      qualifier,
      versionId: /^\d+$/.test(qualifier) ? qualifier : '',
    },
    region,
    accountId,
  };
}
