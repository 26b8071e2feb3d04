/** The sink that is a user's own function. It has no code of ours: batches leave through an invoker. */
import type { SinkDefinition } from '../../shared/sink.ts';

const MIB = 1024 * 1024;

/** `connector.class=fc-sink`. */
export const fcSink: SinkDefinition<Record<never, never>> = {
  connectorClass: 'fc-sink',
  title: 'Your own function',
  description:
    'Sends envelopes to a function of your own: at Function Compute, at any URL, or in this process. The function recognises repeats by topic, partition and offset.',
  keys: {},
  checks: [],
  defaults: {
    batchSize: 20,
    batchBytes: 5 * MIB,
    invokeMaxBytes: 6 * MIB,
    lingerMs: 1000,
    maxInFlightBatches: 1,
    nullValues: 'write',
    invokeTarget: 'fc',
  },
  userFunction: true,
  exactlyOnce: false,
  commitsAfterBatch: false,
  keyConverter: () => 'string',
  valueConverter: () => 'string',
};
