import { elasticsearchSink } from '../../functions/elasticsearch-sink/config.ts';
import type { RecordBatch } from '../../shared/records.ts';
import { recordsOf } from '../../shared/records.ts';
import type { SinkDefinition, SinkWriter } from '../../shared/sink.ts';

/** A sink without keys of its own that runs in this process. */
export const keptSink: SinkDefinition<Record<never, never>> = {
  connectorClass: 'kept-sink',
  title: 'Kept',
  description: 'Keeps records in memory.',
  keys: {},
  checks: [],
  defaults: { ...elasticsearchSink.defaults, lingerMs: 20, maxInFlightBatches: 4, nullValues: 'write' },
  userFunction: false,
  exactlyOnce: false,
  commitsAfterBatch: true,
  keyConverter: () => 'string',
  valueConverter: () => 'string',
};

/** Writes to an array; `values` are those of one connector, in the order they came. */
export class KeptWriter implements SinkWriter {
  readonly values: string[] = [];
  isClosed = false;

  /** @param open what looking at the target does */
  constructor(readonly open: () => Promise<void> = async () => undefined) {}

  async write(batch: RecordBatch) {
    for (const { value } of recordsOf(batch)) this.values.push(value?.toString() ?? '');
    return { all: 'written', count: batch.count } as const;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}
