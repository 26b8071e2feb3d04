/** The sink as a deployed function. */
import { deployedSink, type FunctionHost } from '../../shared/kafka/deployed-sink.ts';
import type { SinkHandler } from '../../shared/sink-handler.ts';
import { elasticsearchSink } from './config.ts';
import { createElasticsearchWriter } from './create.ts';

/** Builds the handler from an environment.
 *  @throws ConfigError with every problem of the environment */
export function deployedHandler(host: FunctionHost): SinkHandler {
  return deployedSink(elasticsearchSink, createElasticsearchWriter, host);
}
