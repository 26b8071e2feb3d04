/** The sinks of this build: every value of `connector.class`. */
import { fcSink } from '../functions/dispatcher/fc-sink.ts';
import { elasticsearchSink } from '../functions/elasticsearch-sink/config.ts';
import { maxcomputeSink } from '../functions/maxcompute-sink/config.ts';
import { ossSink } from '../functions/oss-sink/config.ts';
import type { SinkDefinition } from '../shared/sink.ts';

export const SINKS: readonly SinkDefinition[] = [ossSink, elasticsearchSink, maxcomputeSink, fcSink];
