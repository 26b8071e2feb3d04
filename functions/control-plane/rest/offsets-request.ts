/** Body of `PATCH /connectors/{connector}/offsets`. Messages are those of Kafka Connect's `SinkUtils.parseSinkConnectorOffsets`. */
import type { ConnectorOffset } from '../connect-shapes.ts';
import { Refused } from '../refused.ts';
import { jsonObject } from './given-config.ts';

/** @param body with numbers as texts
 *  @throws Refused 400 */
export function offsetsRequest(body: unknown): readonly ConnectorOffset[] {
  const { offsets, ...unknown } = jsonObject(body, 'The body');
  if (Object.keys(unknown).length > 0)
    throw new Refused(400, 'The body has a field that is not known. Known is offsets.');
  if (offsets === undefined || offsets === null || (Array.isArray(offsets) && offsets.length === 0))
    throw new Refused(400, 'Partitions / offsets need to be provided for an alter offsets request');
  if (!Array.isArray(offsets)) throw new Refused(400, 'offsets: must be a list.');
  return offsets.map(offsetOf);
}

function offsetOf(given: unknown): ConnectorOffset {
  const { partition, offset } = jsonObject(given, 'Each of the offsets');
  return { partition: partitionOf(partition), offset: positionOf(offset) };
}

function partitionOf(given: unknown): ConnectorOffset['partition'] {
  if (given === undefined || given === null)
    throw new Refused(400, 'The partition for a sink connector offset cannot be null or missing');
  const partition = jsonObject(given, 'The partition for a sink connector offset');
  const { kafka_topic: topic, kafka_partition: id } = partition;
  if (topic === undefined || id === undefined)
    throw new Refused(
      400,
      "The partition for a sink connector offset must contain the keys 'kafka_topic' and 'kafka_partition'",
    );
  if (typeof topic !== 'string') throw new Refused(400, 'Kafka topic names must be valid strings and may not be null');
  if (id === null) throw new Refused(400, 'Kafka partitions must be valid numbers and may not be null');
  return { kafka_topic: topic, kafka_partition: integer(id, 'partition') };
}

function positionOf(given: unknown): ConnectorOffset['offset'] {
  if (given === undefined || given === null) return null;
  const { kafka_offset: offset } = jsonObject(given, 'The offset for a sink connector');
  if (offset === undefined)
    throw new Refused(400, "The offset for a sink connector should either be null or contain the key 'kafka_offset'");
  return { kafka_offset: integer(offset, 'offset') };
}

/** @throws Refused 400 for what is no whole number, or one that JavaScript cannot hold exactly */
function integer(given: unknown, what: 'offset' | 'partition'): number {
  const number = typeof given === 'string' && /^-?\d{1,19}$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  const name = what === 'offset' ? 'Offset' : 'Partition';
  throw new Refused(
    400,
    `Failed to parse one of the Kafka ${what} values in the provided offsets. ${name} values for sink connectors need to be integers.`,
  );
}
