/** Keys of the MaxCompute sink, and what the dispatcher must know of it. */
import type { SinkDefinition } from '../../shared/sink.ts';
import { maxcomputeChecks } from './config-checks.ts';
import { maxcomputeConnectorChecks } from './connector-checks.ts';
import { maxcomputeKeys } from './keys/maxcompute-keys.ts';
import { partitionOf } from './partition/partition-of.ts';

export { type MaxComputeConfig, maxcomputeKeys } from './keys/maxcompute-keys.ts';

const MIB = 1024 * 1024;

export const maxcomputeSink: SinkDefinition<typeof maxcomputeKeys> = {
  connectorClass: 'maxcompute-sink',
  title: 'MaxCompute sink',
  description:
    'Writes records as rows of an Alibaba Cloud MaxCompute table, in partitions: by upload sessions that become visible as a whole, by upsert where the table has a primary key, or by stream.',
  keys: maxcomputeKeys,
  checks: maxcomputeChecks,
  connectorChecks: maxcomputeConnectorChecks,
  defaults: {
    // Sessions of a table are few, and each block becomes a file: bytes and age close batches.
    batchSize: 100_000,
    batchBytes: 32 * MIB,
    invokeMaxBytes: 64 * MIB,
    lingerMs: 60_000,
    // Rows of one key must not overtake each other, and sessions of one table are few.
    maxInFlightBatches: 1,
    nullValues: {
      text: '`delete` with `maxcompute.write.mode=upsert`, else `write`',
      reads: ['maxcompute.write.mode'],
      value: (config) => (config['maxcompute.write.mode'] === 'upsert' ? 'delete' : 'write'),
    },
    invokeTarget: 'in-process',
  },
  nullValues: ['write', 'ignore', 'delete', 'error-topic'],
  userFunction: false,
  exactlyOnce: {
    text: '`exactly-once`; `at-least-once` with `maxcompute.write.mode=stream`, and with another `invoke.target` than `in-process`',
    reads: ['maxcompute.write.mode', 'invoke.target'],
    // The two steps of a write do not cross a wire.
    value: (config) => config['maxcompute.write.mode'] !== 'stream' && config['invoke.target'] === 'in-process',
  },
  notes: (config) => {
    const mode = config['maxcompute.write.mode'];
    if (config['maxcompute.create.table'] === 'create' || mode === 'stream' || mode === 'upsert') return [];
    const message =
      'exactly once needs the columns topic STRING, partition BIGINT and offset BIGINT, unless the table has a primary key; without them it is at least once. spillway doctor looks at the table';
    return [{ key: 'maxcompute.table', message }];
  },
  commitsAfterBatch: true,
  keyConverter: (config) =>
    config['maxcompute.format'] === 'BINARY' || config['maxcompute.mode'] === 'VALUE' ? 'bytes' : 'string',
  valueConverter: (config) =>
    config['maxcompute.format'] === 'BINARY' || config['maxcompute.mode'] === 'KEY' ? 'bytes' : 'string',
  windowOf: (config) => partitionOf(config).windowOf,
};
