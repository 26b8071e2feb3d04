/** What makes topics and groups of the instance that the worker's settings name. */
import { type CloudCredentials, credentialSource } from '../../cloud-credentials.ts';
import type { SecretResolver } from '../../config/secret.ts';
import { alikafkaEndpoint } from '../../config/worker/alikafka-keys.ts';
import type { WorkerConfig } from '../../config/worker-keys.ts';
import type { RetryDeps } from '../retrying.ts';
import { CallPace } from './call-pace.ts';
import { CloudResources } from './cloud-resources.ts';
import { AlikafkaOpenApi } from './openapi.ts';
import { signedCalls } from './signed-call.ts';

/** The client's own default of 3 s is too short for creations. */
const CALL_TIMEOUT_MS = 10_000;
/** Least time between two calls of one action: CreateTopic is limited to one a second for each user (API reference of 2021; the one of 2026 says
 *  20), and nothing is documented of the others. A little more, for timers are not exact. */
const CALL_INTERVAL_MS = 1_100;

export interface CloudDeps extends RetryDeps {
  readonly secrets: SecretResolver;
  /** Credentials of the function or the environment, where the settings give none. */
  readonly role: () => CloudCredentials | undefined;
}

/** The calls; `undefined` where no instance is configured. One for a process: it keeps the rate. */
export function createOpenApi(worker: WorkerConfig, deps: CloudDeps): AlikafkaOpenApi | undefined {
  const { 'alikafka.instance.id': instanceId, 'alikafka.region': region } = worker;
  if (instanceId === undefined || region === undefined) return undefined;
  const keys = {
    accessKeyId: worker['alikafka.access.key.id'],
    accessKeySecret: worker['alikafka.access.key.secret'],
    securityToken: worker['alikafka.security.token'],
  };
  const words = {
    code: 'ALIKAFKA_CREDENTIALS_MISSING',
    service: 'ApsaraMQ for Kafka',
    idKey: 'alikafka.access.key.id',
    secretKey: 'alikafka.access.key.secret',
  };
  return new AlikafkaOpenApi(
    { instanceId, region },
    {
      call: signedCalls(worker['alikafka.endpoint'] ?? alikafkaEndpoint(region), CALL_TIMEOUT_MS),
      credentials: credentialSource(keys, words, deps.secrets, deps.role),
      pace: new CallPace(deps.clock, CALL_INTERVAL_MS),
    },
  );
}

/** As `createOpenApi`, with what makes use of the calls. */
export function createCloudResources(worker: WorkerConfig, deps: CloudDeps): CloudResources | undefined {
  const openApi = createOpenApi(worker, deps);
  return openApi && new CloudResources({ openApi, storage: worker['alikafka.topic.storage'] }, deps);
}
