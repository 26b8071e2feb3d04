/** Puts the way to a function at Function Compute together, from the keys of a connector. */

import type { buildConnector } from 'undici';
import type { Clock } from '../../../../shared/clock.ts';
import type { CloudCredentials } from '../../../../shared/cloud-credentials.ts';
import type { ConnectorConfig } from '../../../../shared/config/connector-keys.ts';
import type { SecretResolver } from '../../../../shared/config/secret.ts';
import { encodeEnvelope } from '../../../../shared/envelope/encode.ts';
import type { Logger } from '../../../../shared/logger.ts';
import type { RecordBatch } from '../../../../shared/records.ts';
import type { RenderedRequest } from '../../../../shared/rendered-request.ts';
import { envelopeOptions } from '../../plan.ts';
import type { Invoker } from '../invoker.ts';
import { createFcApiV2 } from './api-v2.ts';
import { createFcApiV3 } from './api-v3.ts';
import { asyncTaskId } from './async-task-id.ts';
import { type FcCredentialSource, fcCredentials } from './credentials.ts';
import { createFcInvoker } from './fc.ts';
import type { FcApi } from './fc-api.ts';
import { type FcFunction, fcCallRules, fcFunctionOf } from './fc-function.ts';

export interface FcDeps {
  readonly secrets: SecretResolver;
  /** Credentials of the environment, or of the function that this runs in. */
  readonly role: () => CloudCredentials | undefined;
  readonly clock: Clock;
  /** Never the same twice. */
  readonly nonce: () => string;
  readonly logger: Logger;
  /** How connections are opened; by undici's own when absent. */
  readonly dial?: typeof buildConnector | undefined;
}

/** What speaks to the function of a connector. */
export interface FcWay {
  readonly fn: FcFunction;
  readonly api: FcApi;
  readonly credentials: FcCredentialSource;
}

/** The SDKs that it may need are loaded with the first request that needs one. */
export function fcWay(config: ConnectorConfig, { secrets, role, clock, nonce }: Omit<FcDeps, 'logger'>): FcWay {
  const fn = fcFunctionOf(config);
  const { region, internal } = fn;
  const keys = {
    accessKeyId: config['fc.access.key.id'],
    accessKeySecret: config['fc.access.key.secret'],
    securityToken: config['fc.security.token'],
    roleArn: config['fc.role.arn'],
  };
  const session = { region, internal, sessionName: `spillway-${config.name}` };
  return {
    fn,
    api: apiOf(fn, { now: () => clock.now(), nonce }),
    credentials: fcCredentials(
      { ...keys, ...session },
      { secrets, role, loadSdk: () => import('@alicloud/credentials') },
    ),
  };
}

function apiOf(fn: FcFunction, moment: Parameters<typeof createFcApiV3>[1]): FcApi {
  return fn.apiVersion === '3.0' ? createFcApiV3(fn, moment) : createFcApiV2(fn, () => import('@alicloud/fc2'));
}

/** The call that would carry `batch`, without what a signature adds: nothing is looked up and nothing sent. The id of an asynchronous call is
 *  another one in a run, which takes the group's commits into account. */
export function fcRequestOf(batch: RecordBatch, config: ConnectorConfig): RenderedRequest {
  const fn = fcFunctionOf(config);
  const api = apiOf(fn, { now: () => 0, nonce: () => '' });
  const { mode, logTail, taskIds } = fcCallRules(config);
  const sending = { connector: config.name, groupId: config['consumer.group.id'], occasion: undefined };
  const request = api.invocation({ mode, logTail, taskId: taskIds ? asyncTaskId(batch, sending) : undefined });
  const { method, headers } = request;
  return { method, url: api.urlOf(request), headers, body: encodeEnvelope(batch, envelopeOptions(config)) };
}

/** @param userFunction false: it is a sink of ours */
export function createFcInvokerOf(config: ConnectorConfig, userFunction: boolean, deps: FcDeps): Invoker {
  const { clock, logger, dial } = deps;
  return createFcInvoker({
    ...fcWay(config, deps),
    rules: fcCallRules(config),
    envelope: envelopeOptions(config),
    connector: config.name,
    groupId: config['consumer.group.id'],
    userFunction,
    invokeTimeoutMs: config['invoke.timeout.ms'],
    clock,
    logger,
    dial,
  });
}
