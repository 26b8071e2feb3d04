/** Values of overflowed records, taken from the records that they were taken out of: for previews, which store no value anywhere. */
import { BlockBuilder } from '../../shared/envelope/block-builder.ts';
import { type ErrorContext, RecordError } from '../../shared/errors.ts';
import { type Overflow, offsetAt, type RecordBlock, recordAt } from '../../shared/records.ts';
import type { ValueFetcher } from './value-fetcher.ts';

export class OriginalValues implements Pick<ValueFetcher, 'whole' | 'close'> {
  /** @throws RecordError `OSS_VALUE_GONE` for a record that came without its value */
  async whole(block: RecordBlock, index: number, { original }: Overflow): Promise<RecordBlock> {
    const context: ErrorContext = { topic: block.topic, partition: block.partition, offset: offsetAt(block, index) };
    if (original === undefined) {
      throw new RecordError('OSS_VALUE_GONE', 'the record came without its value', { context });
    }
    const { offset, timestamp, key, value, headers } = recordAt(original.block, original.index);
    const builder = new BlockBuilder(block, block.timestampType);
    builder.add({ offset, timestamp, key, value, headers });
    return builder.build();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
