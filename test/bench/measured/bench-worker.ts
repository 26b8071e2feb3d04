/** A worker over connectors that are measured. */
import { fcSink } from '../../../functions/dispatcher/fc-sink.ts';
import { type ConnectorSetup, createWorker } from '../../../functions/dispatcher/main.ts';
import { elasticsearchSink } from '../../../functions/elasticsearch-sink/config.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { SinkDefinition, SinkWriter, TwoPhaseWriter } from '../../../shared/sink.ts';

/** One connector. `nothing`: a sink in this process that does nothing; `two-phase`: the same in two steps; `objects`: the OSS sink;
 *  `documents`: the Elasticsearch sink; `function`: a function behind HTTP. */
export interface CarryPlan {
  readonly target: 'nothing' | 'two-phase' | 'objects' | 'documents' | 'function';
  /** Keys of the connector, beside those that every one gets: name, start, one task. */
  readonly config: Readonly<Record<string, string>>;
}

const nothing: SinkWriter = {
  write: async ({ count }) => ({ all: 'written', count }),
  close: async () => undefined,
};

let tokens = 0;
const twoPhase: TwoPhaseWriter = {
  ...nothing,
  prepare: async () => ({ token: `session-${process.pid}-${tokens++}`, refused: [] }),
  commit: async () => undefined,
  resolve: async () => 'committed',
};

/** As the OSS sink, but for the target. */
const nullSink: SinkDefinition<Record<never, never>> = {
  ...ossSink,
  connectorClass: 'null-sink',
  keys: {},
  checks: [],
  keyConverter: () => 'string',
  valueConverter: () => 'string',
  windowOf: () => undefined,
  periodOf: () => undefined,
};

/** @param write stands in for the sink of targets `nothing` and `two-phase` */
function setupOf({ target, config: own }: CarryPlan, index: number, write: SinkWriter['write']): ConnectorSetup {
  const config = {
    name: `bench-${process.pid}-${index}`,
    'consumer.start.offset': 'earliest',
    'tasks.max': '1',
    ...own,
  };
  switch (target) {
    case 'objects':
      return { definition: ossSink, parsed: parseConnector(ossSink, { ...config, 'connector.class': 'oss-sink' }) };
    case 'documents':
      return {
        definition: elasticsearchSink,
        parsed: parseConnector(elasticsearchSink, { ...config, 'connector.class': 'elasticsearch-sink' }),
      };
    case 'function':
      return { definition: fcSink, parsed: parseConnector(fcSink, { ...config, 'connector.class': 'fc-sink' }) };
    case 'nothing':
    case 'two-phase':
      return {
        definition: nullSink,
        parsed: parseConnector(nullSink, { ...config, 'connector.class': 'null-sink' }),
        writer: { ...(target === 'nothing' ? nothing : twoPhase), write },
      };
    default:
      throw new Error(`no target ${String(target satisfies never)}`);
  }
}

/** Not yet started. `write` is called in place of the sink that does nothing. */
export function benchWorker(
  bootstrapServers: string,
  plans: readonly CarryPlan[],
  write: SinkWriter['write'] = nothing.write,
) {
  return createWorker({
    connectors: plans.map((plan, index) => setupOf(plan, index, write)),
    worker: parseWorker({ 'bootstrap.servers': bootstrapServers }).config,
    secrets: { resolve: () => '' },
    logger: silentLogger,
    resumeStopped: false,
  });
}
