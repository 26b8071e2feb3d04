/** Puts the writer together from a configuration. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { Logger } from '../../shared/logger.ts';
import { NO_SINK_METRICS, type SinkMetrics, type SinkWriter } from '../../shared/sink.ts';
import type { ClientDeps } from './client/configured-client.ts';
import { LaterClient } from './client/later-client.ts';
import type { SearchClient } from './client/search-client.ts';
import type { ElasticsearchConfig } from './config.ts';
import { ElasticsearchWriter } from './writer.ts';

export interface ElasticsearchDeps extends ClientDeps {
  readonly logger: Logger;
  readonly metrics?: SinkMetrics;
}

/** A writer for a parsed configuration. Makes no request before `open` or the first batch; `close` ends its connections. */
export function createElasticsearchWriter(config: ElasticsearchConfig, deps: ElasticsearchDeps): SinkWriter {
  const { clock, logger, metrics = NO_SINK_METRICS } = deps;
  return new ElasticsearchWriter({
    client: createSearchClient(config, deps),
    config,
    buffers: bodyBuffers,
    metrics,
    clock,
    logger,
  });
}

/** The sink's own client, for whoever looks at the cluster as the sink would. */
export function createSearchClient(config: ElasticsearchConfig, deps: ClientDeps): SearchClient {
  return new LaterClient(async () => {
    const { configuredClient } = await import('./client/configured-client.ts');
    return configuredClient(config, deps);
  });
}
