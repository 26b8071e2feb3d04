/** What a function is, as the service tells whoever asks for it. */
import { type ApiVersion, asyncConfigNotFound } from './errors.ts';
import { asyncSettings } from './function-definition.ts';
import type { FunctionAddress, ServedFunction } from './function-registry.ts';
import type { FcAccount } from './instance-environment.ts';

/** Answer of GetFunction. Source: `models/Function` of @alicloud/fc20230330, and the page "GetFunction" of 2.0. */
export function describeFunction(served: ServedFunction, api: ApiVersion, { accountId, region }: FcAccount): object {
  const { fn, codeChecksum, codeBytes, createdAt, modifiedAt } = served;
  const { initializer } = fn;
  const shared = {
    functionName: fn.name,
    runtime: fn.runtime,
    handler: fn.handler,
    memorySize: fn.memoryMb,
    timeout: fn.timeoutS,
    codeSize: codeBytes,
    codeChecksum,
    environmentVariables: fn.environmentVariables,
    instanceConcurrency: fn.instanceConcurrency,
    createdTime: new Date(createdAt).toISOString(),
    lastModifiedTime: new Date(modifiedAt).toISOString(),
  };
  if (api === '2.0') {
    const { handler = '', timeoutS = 0 } = initializer ?? {};
    return {
      ...shared,
      functionId: codeChecksum,
      description: '',
      initializer: handler,
      initializationTimeout: timeoutS,
    };
  }
  return {
    ...shared,
    functionId: codeChecksum,
    functionArn: `acs:fc:${region}:${accountId}:functions/${fn.name}`,
    description: '',
    internetAccess: true,
    state: 'Active',
    lastUpdateStatus: 'Successful',
    ...(initializer === undefined
      ? {}
      : { instanceLifecycleConfig: { initializer: { handler: initializer.handler, timeout: initializer.timeoutS } } }),
  };
}

/** Answer of GetAsyncInvokeConfig. Source: `models/AsyncConfig` of @alicloud/fc20230330, and the page "GetAsyncInvokeConfig" of 2.0.
 *  @throws FcError 404 where the function was set without any */
export function describeAsync(
  { fn, createdAt, modifiedAt }: ServedFunction,
  { name, service, qualifier }: FunctionAddress,
  { accountId, region }: FcAccount,
): object {
  if (fn.async === undefined) throw asyncConfigNotFound(name);
  const { maxRetries, maxAgeS, task, onFailure, onSuccess } = asyncSettings(fn);
  const destination = (to: string | undefined) => (to === undefined ? undefined : { destination: to });
  const shared = {
    qualifier,
    maxAsyncRetryAttempts: maxRetries,
    maxAsyncEventAgeInSeconds: maxAgeS,
    destinationConfig: { onFailure: destination(onFailure), onSuccess: destination(onSuccess) },
    createdTime: new Date(createdAt).toISOString(),
    lastModifiedTime: new Date(modifiedAt).toISOString(),
  };
  if (service !== undefined) return { ...shared, service, function: name, statefulInvocation: task };
  return { ...shared, functionArn: `acs:fc:${region}:${accountId}:functions/${name}`, asyncTask: task };
}
