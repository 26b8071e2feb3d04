/** Configurations of the sink for tests. */
import { maxcomputeSink } from '../../../../functions/maxcompute-sink/config.ts';
import { checkConnector } from '../../../../shared/config/connector-keys.ts';
import { checkConfig, parseConfig, type RawConfig } from '../../../../shared/config/parse.ts';

const LEAST = {
  'maxcompute.endpoint': 'https://service.cn-hangzhou.maxcompute.aliyun.com/api',
  'maxcompute.project': 'sales',
  'maxcompute.table': 'orders',
};
const CONNECTOR = { name: 'orders', 'connector.class': 'maxcompute-sink', topics: 'orders', ...LEAST };

/** The sink's own keys, with those that are required and those of `raw`, each without its `maxcompute.`. */
export function maxcomputeConfig(raw: RawConfig = {}) {
  return parseConfig(maxcomputeSink.keys, maxcomputeSink.checks, { ...LEAST, ...prefixed(raw) }).config;
}

/** Problems of the sink's own keys, as `key: message`. */
export function sinkProblems(raw: RawConfig): readonly string[] {
  const { problems } = checkConfig(maxcomputeSink.keys, maxcomputeSink.checks, { ...LEAST, ...prefixed(raw) });
  return problems.map(({ key, message }) => `${key}: ${message}`);
}

/** A whole connector; keys of `raw` are spelt out. */
export function checkedConnector(raw: RawConfig) {
  return checkConnector(maxcomputeSink, { ...CONNECTOR, ...raw });
}

function prefixed(raw: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [`maxcompute.${key}`, value]));
}
