import { BUCKET, CREDENTIALS, REGION } from './oss-account.ts';
import type { ConnectorSpec } from './topology.ts';
import type { FunctionTarget, OssTarget } from './world.ts';

/** A connector's configuration file. Waits are short, so that a run sees many faults and not many waits. */
export function connectorConfig(
  connector: ConnectorSpec,
  oss: OssTarget,
  fn: FunctionTarget,
): Readonly<Record<string, string>> {
  const target =
    connector.target === 'function'
      ? {
          'connector.class': 'fc-sink',
          'invoke.target': 'http',
          'invoke.http.url': `http://127.0.0.1:${fn.proxy.port}/invoke`,
        }
      : {
          'connector.class': 'oss-sink',
          'oss.endpoint': `http://127.0.0.1:${oss.proxy.port}`,
          'oss.region': REGION,
          'oss.bucket': BUCKET,
          'oss.access.key.id': CREDENTIALS.accessKeyId,
          'oss.access.key.secret': CREDENTIALS.accessKeySecret,
          'oss.format': 'jsonl',
          'oss.object.prefix': connector.name,
        };
  return {
    name: connector.name,
    [connector.isPattern ? 'topics.regex' : 'topics']: connector.topic,
    'consumer.start.offset': 'earliest',
    'tasks.max': '1',
    'offset.commit.interval.ms': '1000',
    'retry.backoff.max.ms': '1000',
    'invoke.timeout.ms': '5000',
    'delivery.guarantee': connector.guarantee,
    ...target,
    ...connector.keys,
  };
}
