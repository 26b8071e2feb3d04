/** Facts for the checks of `spillway doctor`, with nothing wrong in them. */
import { ossSink } from '../../../../functions/oss-sink/config.ts';
import { checkConnector, type ParsedConnector } from '../../../../shared/config/connector-keys.ts';
import type { TopicInspection } from '../../../../shared/kafka/inspect/metadata-request.ts';
import { RIGHTS_UNKNOWN } from '../../../../shared/kafka/inspect/rights.ts';

export function parsed(raw: Readonly<Record<string, string>> = {}): ParsedConnector {
  const { parsed: connector, problems } = checkConnector(ossSink, {
    name: 'c',
    'connector.class': 'oss-sink',
    ...(raw['topics.regex'] === undefined ? { topics: 'orders' } : {}),
    'tasks.max': '1',
    'oss.region': 'cn-hangzhou',
    'oss.bucket': 'my-bucket',
    ...raw,
  });
  if (connector === undefined) throw new Error(JSON.stringify(problems));
  return connector as ParsedConnector;
}

export function topic(name: string, extra: Partial<TopicInspection> & { replicas?: number; inSync?: number } = {}) {
  const { replicas = 1, inSync = replicas, ...rest } = extra;
  return {
    name,
    errorCode: 0,
    isInternal: false,
    partitions: [{ partition: 0, leader: 1, replicas, inSync }],
    authorizedOperations: RIGHTS_UNKNOWN,
    ...rest,
  } satisfies TopicInspection;
}

/** `severity code` of each finding. */
export function brief(findings: readonly { readonly severity: string; readonly code: string }[]): string[] {
  return findings.map(({ severity, code }) => `${severity} ${code}`);
}
