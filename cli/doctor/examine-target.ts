/** Looks at where a connector's records go. */
import { resolve } from 'node:path';
import { fcSink } from '../../functions/dispatcher/fc-sink.ts';
import { fcFunctionOf } from '../../functions/dispatcher/invokers/fc/fc-function.ts';
import type { FcProbe } from '../../functions/dispatcher/invokers/fc/probe.ts';
import { type ElasticsearchConfig, elasticsearchSink } from '../../functions/elasticsearch-sink/config.ts';
import type { ElasticsearchProbe } from '../../functions/elasticsearch-sink/handler.ts';
import { type MaxComputeConfig, maxcomputeSink } from '../../functions/maxcompute-sink/config.ts';
import type { MaxComputeProbe } from '../../functions/maxcompute-sink/handler.ts';
import { type OssConfig, ossSink } from '../../functions/oss-sink/config.ts';
import type { OssProbe, OssProbeTarget } from '../../functions/oss-sink/handler.ts';
import type { ConnectorConfig, ParsedConnector } from '../../shared/config/connector-keys.ts';
import { checkElasticsearch } from './check-elasticsearch.ts';
import { checkFc } from './check-fc.ts';
import { checkHttpTarget } from './check-http-target.ts';
import { checkMaxCompute } from './check-maxcompute.ts';
import { checkModule } from './check-module.ts';
import { checkOss } from './check-oss.ts';
import type { Reach } from './connect-to.ts';
import type { Finding, Section } from './finding.ts';

export interface TargetDeps {
  probeOss(target: OssProbeTarget): Promise<OssProbe>;
  probeElasticsearch(config: ElasticsearchConfig, topics: readonly string[]): Promise<ElasticsearchProbe>;
  probeMaxCompute(config: MaxComputeConfig): Promise<MaxComputeProbe>;
  probeFc(config: ConnectorConfig): Promise<FcProbe>;
  connectTo(url: URL): Promise<Reach>;
  isReadable(path: string): Promise<boolean>;
  /** Part of the name of an object that nobody has. */
  readonly unusedName: string;
}

/** The target, and the bucket of claim checks where there is one.
 *  @param folder where relative paths of the connector start */
export async function examineTarget(
  { connector: config, sink }: ParsedConnector,
  folder: string,
  deps: TargetDeps,
): Promise<Section[]> {
  const connector = config.name;
  const sections = [
    { title: `${connector}: target`, connector, findings: await targetFindings(config, sink, folder, deps) },
  ];
  const bucket = config['overflow.claim.check.bucket'];
  if (bucket !== undefined) {
    const target = {
      bucket,
      endpoint: config['overflow.claim.check.endpoint'],
      region: config['overflow.claim.check.region'],
      accessKeyId: config['overflow.claim.check.access.key.id'],
      accessKeySecret: config['overflow.claim.check.access.key.secret'],
      securityToken: config['overflow.claim.check.security.token'],
      objectName: objectName(config['overflow.claim.check.prefix'], deps),
    };
    const findings = checkOss(bucket, await deps.probeOss(target));
    sections.push({ title: `${connector}: claim checks`, connector, findings });
  }
  return sections;
}

async function targetFindings(
  config: ParsedConnector['connector'],
  sink: ParsedConnector['sink'],
  folder: string,
  deps: TargetDeps,
): Promise<Finding[]> {
  if (config['invoke.target'] === 'http') {
    const url = new URL(config['invoke.http.url'] ?? '');
    return checkHttpTarget(url, await deps.connectTo(url));
  }
  if (config['invoke.target'] === 'fc') {
    const userFunction = config['connector.class'] === fcSink.connectorClass;
    return checkFc(fcFunctionOf(config), config, userFunction, await deps.probeFc(config));
  }
  if (config['invoke.module'] !== undefined) {
    const path = resolve(folder, config['invoke.module']);
    return checkModule(path, await deps.isReadable(path));
  }
  if (config['connector.class'] === elasticsearchSink.connectorClass) {
    // The configuration was parsed by this sink's own keys.
    const elasticsearch = sink as ElasticsearchConfig;
    const probe = await deps.probeElasticsearch(elasticsearch, config.topics ?? []);
    return checkElasticsearch(probe, elasticsearch['elasticsearch.bulk.bytes']);
  }
  if (config['connector.class'] === maxcomputeSink.connectorClass) {
    // The configuration was parsed by this sink's own keys.
    const maxcompute = sink as MaxComputeConfig;
    return checkMaxCompute(maxcompute, config['delivery.guarantee'], await deps.probeMaxCompute(maxcompute));
  }
  if (config['connector.class'] !== ossSink.connectorClass) return [];
  // The configuration was parsed by this sink's own keys.
  const oss = sink as OssConfig;
  const probe = await deps.probeOss({
    bucket: oss['oss.bucket'],
    endpoint: oss['oss.endpoint'],
    region: oss['oss.region'],
    accessKeyId: oss['oss.access.key.id'],
    accessKeySecret: oss['oss.access.key.secret'],
    securityToken: oss['oss.security.token'],
    objectName: objectName(oss['oss.object.prefix'] ?? '', deps),
  });
  return checkOss(oss['oss.bucket'], probe);
}

function objectName(prefix: string, { unusedName }: TargetDeps): string {
  const folder = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  return `${folder}spillway-doctor/${unusedName}`;
}
