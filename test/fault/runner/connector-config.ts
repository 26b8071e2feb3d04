import { FC_KEYS, FC_NAMES } from './fc-account.ts';
import { MAXCOMPUTE_KEYS, PROJECT, tableOf } from './maxcompute-account.ts';
import { BUCKET, CREDENTIALS, REGION } from './oss-account.ts';
import type { ConnectorSpec } from './topology.ts';
import type { World } from './world.ts';

type Targets = Pick<World, 'oss' | 'fn' | 'search' | 'maxcompute' | 'fc'>;

/** What an oss-sink is told, in the worker and at Function Compute. */
export function objectKeys(prefix: string, ossPort: number): Readonly<Record<string, string>> {
  return {
    'oss.endpoint': `http://127.0.0.1:${ossPort}`,
    'oss.region': REGION,
    'oss.bucket': BUCKET,
    'oss.access.key.id': CREDENTIALS.accessKeyId,
    'oss.access.key.secret': CREDENTIALS.accessKeySecret,
    'oss.format': 'jsonl',
    'oss.object.prefix': prefix,
  };
}

function invocationKeys(functionName: string, fcPort: number): Readonly<Record<string, string>> {
  return {
    'invoke.target': 'fc',
    'fc.endpoint': `http://127.0.0.1:${fcPort}`,
    'fc.account.id': FC_KEYS.accountId,
    'fc.region': REGION,
    'fc.function.name': functionName,
    'fc.access.key.id': FC_KEYS.accessKeyId,
    'fc.access.key.secret': FC_KEYS.accessKeySecret,
  };
}

function targetKeys(
  { name, target }: ConnectorSpec,
  { oss, fn, search, maxcompute, fc }: Targets,
): Readonly<Record<string, string>> {
  switch (target) {
    case 'function':
      return {
        'connector.class': 'fc-sink',
        'invoke.target': 'http',
        'invoke.http.url': `http://127.0.0.1:${fn.proxy.port}/invoke`,
      };
    case 'oss':
      return {
        'connector.class': 'oss-sink',
        ...objectKeys(name, oss.proxy.port),
      };
    case 'fc-function':
      return { 'connector.class': 'fc-sink', ...invocationKeys(FC_NAMES.taker, fc.proxy.port) };
    case 'fc-oss':
      return {
        'connector.class': 'oss-sink',
        ...objectKeys(name, oss.proxy.port),
        ...invocationKeys(FC_NAMES.objects, fc.proxy.port),
      };
    case 'search':
      return {
        'connector.class': 'elasticsearch-sink',
        'elasticsearch.hosts': `http://127.0.0.1:${search.proxy.port}`,
        'elasticsearch.index': name,
        'elasticsearch.request.timeout.ms': '3000',
      };
    case 'maxcompute':
      return {
        'connector.class': 'maxcompute-sink',
        'maxcompute.endpoint': `http://127.0.0.1:${maxcompute.proxy.port}/api`,
        // The service would name the place behind the proxy.
        'maxcompute.tunnel.endpoint': `http://127.0.0.1:${maxcompute.proxy.port}`,
        'maxcompute.project': PROJECT,
        'maxcompute.table': tableOf({ name }),
        'maxcompute.access.id': MAXCOMPUTE_KEYS.accessId,
        'maxcompute.access.key': MAXCOMPUTE_KEYS.accessKey,
      };
    default:
      return target satisfies never;
  }
}

/** A connector's configuration file. Waits are short, so that a run sees many faults and not many waits. */
export function connectorConfig(connector: ConnectorSpec, targets: Targets): Readonly<Record<string, string>> {
  return {
    name: connector.name,
    [connector.isPattern ? 'topics.regex' : 'topics']: connector.topic,
    'consumer.start.offset': 'earliest',
    'tasks.max': '1',
    'offset.commit.interval.ms': '1000',
    'retry.backoff.max.ms': '1000',
    'invoke.timeout.ms': '5000',
    'delivery.guarantee': connector.guarantee,
    ...targetKeys(connector, targets),
    ...connector.keys,
  };
}
