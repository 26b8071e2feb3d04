/** Records as an event carries them, where Kafka no longer has them. */
import { BlockBuilder } from '../../shared/envelope/block-builder.ts';
import type { ErrantReason, ErrantRecord } from '../../shared/errant.ts';
import { VALUE_LOST } from '../../shared/failure-note.ts';
import { offsetAt, partitionName, type RecordBlock, recordAt, valueAt } from '../../shared/records.ts';
import type { Original } from './originals.ts';
import type { StoredValue } from './stored-value.ts';

/** Whether `original` is the record that the event tells of: another one may lie at its offset when the topic was deleted and made again.
 *  @param isEnvelope false: a trigger's event, whose value may have been decoded on the way */
export function isSameRecord(told: Original, original: Original, isEnvelope: boolean): boolean {
  const event = recordAt(told.block, told.index);
  const kafka = recordAt(original.block, original.index);
  const sameTime = event.timestamp === -1 || event.timestamp === kafka.timestamp;
  const sameKey = event.key === null ? kafka.key === null : kafka.key !== null && event.key.equals(kafka.key);
  return sameTime && sameKey && (!isEnvelope || event.valueSize === kafka.valueSize);
}

/** The record as the event has it. An overflowed one gets its value from `fetchValue`, or none: then its code is `RECORD_VALUE_LOST`.
 *  @throws what `fetchValue` throws */
export async function eventCopy(
  { block, index }: Original,
  reason: ErrantReason,
  fetchValue: (valueRef: string, size: number) => Promise<StoredValue>,
): Promise<ErrantRecord> {
  const overflow = block.overflows?.get(index);
  if (overflow === undefined) return { block, index, reason };
  const { valueRef, valueSize } = overflow;
  const stored: StoredValue =
    valueRef === undefined ? { gone: 'the event did not carry it' } : await fetchValue(valueRef, valueSize);
  if ('value' in stored) return { block: withValue(block, index, stored.value), index: 0, reason };
  const place = `${partitionName(block)} offset ${offsetAt(block, index)}`;
  const message = `the value of ${place} (${valueSize} bytes) is lost: Kafka no longer has the record, and ${stored.gone}. The function had failed it with ${reason.errorClass}: ${reason.message}`;
  return { block, index, reason: { ...reason, code: VALUE_LOST, message } };
}

function withValue(block: RecordBlock, index: number, value: Buffer): RecordBlock {
  const { offset, timestamp, key, headers } = recordAt(block, index);
  const builder = new BlockBuilder(block, block.timestampType);
  builder.add({ offset, timestamp, key, value, headers });
  return builder.build();
}

/** Whether the error topic gets the record without its value. */
export function isValueLost({ block, index, reason }: ErrantRecord): boolean {
  return reason.code === VALUE_LOST && valueAt(block, index) === null;
}
