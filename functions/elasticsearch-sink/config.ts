/** Keys of the Elasticsearch sink, and what the dispatcher must know of it. */
import type { SinkDefinition } from '../../shared/sink.ts';
import { elasticsearchChecks } from './config-checks.ts';
import { elasticsearchConnectorChecks } from './connector-checks.ts';
import { type ElasticsearchConfig, elasticsearchKeys } from './keys/elasticsearch-keys.ts';
import { configuredTemplates } from './template/configured-templates.ts';

export { type ElasticsearchConfig, elasticsearchKeys } from './keys/elasticsearch-keys.ts';

const MIB = 1024 * 1024;

/** Whether records are looked into for what they name, and not only for the document. */
function needs(config: ElasticsearchConfig, what: 'needsKey' | 'needsValue'): boolean {
  return Object.values(configuredTemplates(config)).some((template) => template?.[what] === true);
}

export const elasticsearchSink: SinkDefinition<typeof elasticsearchKeys> = {
  connectorClass: 'elasticsearch-sink',
  title: 'Elasticsearch sink',
  description:
    'Writes records as documents of Elasticsearch or OpenSearch, by bulk requests: one document a record, under an id that makes repeats harmless.',
  keys: elasticsearchKeys,
  checks: elasticsearchChecks,
  connectorChecks: elasticsearchConnectorChecks,
  defaults: {
    batchSize: 1_000,
    batchBytes: 5 * MIB,
    invokeMaxBytes: 64 * MIB,
    lingerMs: 1_000,
    maxInFlightBatches: {
      text: '4 where no two records share an id (`offset`, `server`), else 1',
      reads: ['elasticsearch.id.strategy'],
      value: (config) => {
        const strategy = config['elasticsearch.id.strategy'];
        // Versions do not do instead: the server forgets that of a delete, and an older record that comes after writes the document again.
        return strategy === 'offset' || strategy === 'server' ? 4 : 1;
      },
    },
    nullValues: {
      text: '`delete` with `elasticsearch.id.strategy=record-key`, but not in a data stream; else `ignore`',
      reads: ['elasticsearch.id.strategy', 'elasticsearch.target.type'],
      value: (config) =>
        config['elasticsearch.id.strategy'] === 'record-key' && config['elasticsearch.target.type'] !== 'data-stream'
          ? 'delete'
          : 'ignore',
    },
    invokeTarget: 'in-process',
  },
  nullValues: ['ignore', 'delete', 'error-topic'],
  userFunction: false,
  // Ids make repeats harmless, however batches are cut: no plan of them is kept.
  exactlyOnce: false,
  commitsAfterBatch: false,
  // Keys that nothing shows need not be text. A document must be.
  keyConverter: (config) =>
    needs(config, 'needsKey') || config['elasticsearch.include.metadata']?.includes('key') === true
      ? 'string'
      : 'bytes',
  valueConverter: (config) =>
    config['elasticsearch.write.mode'] === 'delete' && !needs(config, 'needsValue') ? 'bytes' : 'string',
};
