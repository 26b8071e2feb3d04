/** Places in a topic as they are written on the command line. */
import { InvalidArgumentError } from 'commander';
import type { StartOffset } from '../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../shared/records.ts';
import { ZONED_TIME_EXPECTED, zonedTime } from '../../shared/zoned-time.ts';

/** `earliest`, `latest`, an offset, or an ISO time, which must have a zone: the reader's own would be a guess.
 *  @throws InvalidArgumentError */
export function placeOf(text: string): StartOffset | { readonly offset: number } {
  if (text === 'earliest' || text === 'latest') return text;
  const offset = offsetOf(text);
  if (offset !== undefined) return { offset };
  const time = zonedTime(text);
  if (time !== undefined) return time;
  throw new InvalidArgumentError(`expected earliest, latest, an offset such as 1200, or ${ZONED_TIME_EXPECTED}`);
}

/** `+100` or `-100`. The sign must be there: without it an offset might be meant.
 *  @throws InvalidArgumentError */
export function distanceOf(text: string): number {
  const distance = /^[+-]\d+$/.test(text) ? Number(text) : 0;
  if (distance !== 0 && Number.isSafeInteger(distance)) return distance;
  throw new InvalidArgumentError('expected how many offsets on or back, such as +100 or -100');
}

/** `0,3`.
 *  @throws InvalidArgumentError */
export function partitionsOf(text: string): number[] {
  const partitions = text.split(',').map((part) => offsetOf(part.trim()));
  if (partitions.every((partition) => partition !== undefined)) return [...new Set(partitions)];
  throw new InvalidArgumentError('expected numbers of partitions such as 0,3');
}

/** `orders:0=1200,orders:1=1180`.
 *  @throws InvalidArgumentError */
export function assignmentsOf(text: string): (TopicPartition & { readonly offset: number })[] {
  return text.split(',').map((part) => {
    const [, topic, partition, offset] = /^([^:=]+):(\d+)=(\d+)$/.exec(part.trim()) ?? [];
    const assigned = { topic, partition: offsetOf(partition ?? ''), offset: offsetOf(offset ?? '') };
    if (isComplete(assigned)) return assigned;
    throw new InvalidArgumentError(
      'expected TOPIC:PARTITION=OFFSET, several with commas, such as orders:0=1200,orders:1=1180',
    );
  });
}

function isComplete(assigned: {
  topic: string | undefined;
  partition: number | undefined;
  offset: number | undefined;
}): assigned is TopicPartition & { offset: number } {
  return assigned.topic !== undefined && assigned.partition !== undefined && assigned.offset !== undefined;
}

function offsetOf(text: string): number | undefined {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined;
}
