/** Configurations of the sink for tests. */
import { elasticsearchSink } from '../../../../functions/elasticsearch-sink/config.ts';
import { checkConnector } from '../../../../shared/config/connector-keys.ts';
import { checkConfig, parseConfig, type RawConfig } from '../../../../shared/config/parse.ts';

const LEAST = { 'elasticsearch.hosts': 'http://127.0.0.1:9200', 'elasticsearch.index': 'orders' };
const CONNECTOR = { name: 'orders', 'connector.class': 'elasticsearch-sink', topics: 'orders', ...LEAST };

/** The sink's own keys, with the two that are required and those of `raw`, each without its `elasticsearch.`. */
export function elasticsearchConfig(raw: RawConfig = {}) {
  return parseConfig(elasticsearchSink.keys, elasticsearchSink.checks, { ...LEAST, ...prefixed(raw) }).config;
}

/** Problems of the sink's own keys, as `key: message`. */
export function sinkProblems(raw: RawConfig): readonly string[] {
  const { problems } = checkConfig(elasticsearchSink.keys, elasticsearchSink.checks, { ...LEAST, ...prefixed(raw) });
  return problems.map(({ key, message }) => `${key}: ${message}`);
}

/** A whole connector; keys of `raw` are spelt out. */
export function checkedConnector(raw: RawConfig) {
  return checkConnector(elasticsearchSink, { ...CONNECTOR, ...raw });
}

function prefixed(raw: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(raw).map(([key, value]) => [`elasticsearch.${key}`, value]));
}
