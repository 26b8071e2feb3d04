/** The function of Function Compute that a connector calls, as its keys name it. Pure. */
import type { ConnectorConfig } from '../../../../shared/config/connector-keys.ts';
import { fcAddress } from '../../../../shared/config/fc-address.ts';
import { ConfigError } from '../../../../shared/errors.ts';

export interface FcFunction {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The endpoint is that inside of the region. */
  readonly internal: boolean;
  readonly accountId: string | undefined;
  readonly region: string | undefined;
  readonly apiVersion: '3.0' | '2.0';
  /** Of 2.0 alone. */
  readonly serviceName: string | undefined;
  readonly name: string;
  readonly qualifier: string;
}

/** How it is called. */
export interface FcCallRules {
  readonly mode: 'sync' | 'async';
  readonly logTail: boolean;
  /** Whether asynchronous calls have ids. */
  readonly taskIds: boolean;
}

/** @throws ConfigError where `fcChecks` would have found problems */
export function fcFunctionOf(config: ConnectorConfig): FcFunction {
  const address = fcAddress(config);
  const name = config['fc.function.name'];
  if (address === undefined || name === undefined) {
    const key = address === undefined ? 'fc.endpoint' : 'fc.function.name';
    throw new ConfigError([{ key, message: 'is required with invoke.target=fc' }]);
  }
  const { origin, internal, accountId, region } = address;
  return {
    origin,
    internal,
    accountId,
    region,
    apiVersion: config['fc.api.version'],
    serviceName: config['fc.service.name'],
    name,
    qualifier: config['fc.qualifier'],
  };
}

export function fcCallRules(config: ConnectorConfig): FcCallRules {
  const mode = config['invoke.mode'];
  return {
    mode,
    logTail: mode === 'sync' && config['fc.log.tail'],
    taskIds: mode === 'async' && config['fc.async.task.id'] === 'offsets',
  };
}

/** For people: `function orders (LATEST)`. */
export function functionText({ serviceName, name, qualifier }: FcFunction): string {
  return `function ${serviceName === undefined ? name : `${serviceName}/${name}`} (${qualifier})`;
}

/** The resource that a RAM policy names, `*` for what is not known.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/fc/security/policies-and-sample-policies */
export function functionArn({ accountId = '*', region = '*', apiVersion, serviceName, name }: FcFunction): string {
  const resource = apiVersion === '3.0' ? `functions/${name}` : `services/${serviceName}.*/functions/${name}`;
  return `acs:fc:${region}:${accountId}:${resource}`;
}

/** What RAM calls GetAsyncInvokeConfig: the operation's name in 2.0, for both generations.
 *  Source: https://www.alibabacloud.com/help/en/functioncompute/developer-reference/api-fc-2023-03-30-getasyncinvokeconfig (RAM authorization) */
export const ASYNC_CONFIG_ACTION = 'fc:GetFunctionAsyncInvokeConfig';

/** The statement to add to a RAM policy, as JSON. */
export function missingStatement(fn: FcFunction, ...actions: readonly string[]): string {
  const resources = fn.apiVersion === '3.0' ? [functionArn(fn), `${functionArn(fn)}/*`] : [functionArn(fn)];
  return JSON.stringify({ Effect: 'Allow', Action: actions, Resource: resources });
}
