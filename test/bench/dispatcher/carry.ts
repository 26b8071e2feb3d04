/** A program: carries a topic to its end through the dispatcher. Arguments: BOOTSTRAP TOPIC PLAN, a `CarryPlan` as JSON. */
import { createWorker } from '../../../functions/dispatcher/main.ts';
import { ossSink } from '../../../functions/oss-sink/config.ts';
import { parseConnector } from '../../../shared/config/connector-keys.ts';
import { parseWorker } from '../../../shared/config/worker-keys.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { SinkDefinition, SinkWriter, TwoPhaseWriter } from '../../../shared/sink.ts';
import { measure } from './measured.ts';

/** What is measured. */
export interface CarryPlan {
  readonly target: 'nothing' | 'two-phase' | 'objects';
  /** Keys of the connector. */
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
};

const [bootstrapServers = '', topics = '', json = '{}'] = process.argv.slice(2);
const plan = JSON.parse(json) as CarryPlan;
const config = {
  name: `bench-${process.pid}`,
  topics,
  'consumer.start.offset': 'earliest',
  'tasks.max': '1',
  ...plan.config,
};
const connector =
  plan.target === 'objects'
    ? { definition: ossSink, parsed: parseConnector(ossSink, { ...config, 'connector.class': 'oss-sink' }) }
    : {
        definition: nullSink,
        parsed: parseConnector(nullSink, { ...config, 'connector.class': 'null-sink' }),
        writer: plan.target === 'nothing' ? nothing : twoPhase,
      };
const worker = await createWorker({
  connectors: [connector],
  worker: parseWorker({ 'bootstrap.servers': bootstrapServers }).config,
  secrets: { resolve: () => '' },
  logger: silentLogger,
  resumeStopped: false,
});
await measure(async () => {
  const { ok, reasons, connectors } = await worker.run(
    true,
    new AbortController().signal,
    new AbortController().signal,
  );
  if (!ok) throw new Error(reasons.join('\n'));
  return connectors.reduce((sum, { totals }) => sum + totals.written, 0);
});
