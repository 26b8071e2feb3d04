/** Forgetting what a group without members committed: all of it, or of some partitions. */
import { FatalError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import type { BrokerConnection, WireRequest } from './broker-connection.ts';
import { REQUEST_TIMEOUT_MS } from './cluster.ts';
import { commitRefusal, KafkaCode } from './error-codes.ts';
import type { GroupCoordinator } from './group-coordinator.ts';
import { byTopic } from './group-protocol.ts';
import { FieldReader, field } from './inspect/wire-fields.ts';

/** Since Kafka 2.4. Source: KIP-496 */
const OFFSET_DELETE_API_KEY = 47;
const MEMBERS_ARE_THERE: ReadonlySet<number> = new Set([KafkaCode.nonEmptyGroup, KafkaCode.groupSubscribedToTopic]);

/** Deletes the group with all that it committed; one that is not there is deleted already.
 *  @throws FatalError `GROUP_HAS_MEMBERS`, and refusals; RetriableError when the coordinator cannot be asked now */
export async function deleteGroup(coordinator: GroupCoordinator): Promise<void> {
  const { groupId } = coordinator;
  const { errorCode: code } = await coordinator.asking(async (connection) => {
    const answer = await connection.request<{ results: readonly { groupId: string; errorCode: number }[] }>(
      'DeleteGroups',
      [groupId],
      { timeoutMs: REQUEST_TIMEOUT_MS },
    );
    return { errorCode: answer.results.find((one) => one.groupId === groupId)?.errorCode ?? -1 };
  });
  if (code === KafkaCode.none || code === KafkaCode.groupIdNotFound) return;
  throw groupHasMembers(code, groupId) ?? coordinator.refused(code);
}

/** Deletes what the group committed for the partitions; where there is nothing it is deleted already.
 *  @throws as `deleteGroup`; FatalError `KAFKA_TOO_OLD` */
export async function deleteGroupOffsets(
  coordinator: GroupCoordinator,
  partitions: readonly TopicPartition[],
): Promise<void> {
  if (partitions.length === 0) return;
  const { groupId } = coordinator;
  const { errorCode, codes } = await coordinator.asking((connection) =>
    connection.send(offsetDeleteRequest(connection, groupId, partitions), REQUEST_TIMEOUT_MS),
  );
  if (errorCode === KafkaCode.groupIdNotFound) return;
  if (errorCode !== KafkaCode.none) throw groupHasMembers(errorCode, groupId) ?? coordinator.refused(errorCode);
  for (const tp of partitions) {
    const code = codes.get(partitionName(tp)) ?? -1;
    if (code !== KafkaCode.none)
      throw groupHasMembers(code, groupId) ?? commitRefusal(code, groupId, partitionName(tp));
  }
}

function groupHasMembers(code: number, groupId: string): FatalError | undefined {
  if (!MEMBERS_ARE_THERE.has(code)) return undefined;
  return new FatalError(
    'GROUP_HAS_MEMBERS',
    `group ${groupId} has members: its offsets are theirs; stop them first, and wait for session.timeout.ms if they were killed`,
  );
}

interface OffsetDeleteAnswer {
  readonly errorCode: number;
  /** By partition name. */
  readonly codes: ReadonlyMap<string, number>;
}

function offsetDeleteRequest(
  connection: Pick<BrokerConnection, 'supports' | 'address'>,
  groupId: string,
  partitions: readonly TopicPartition[],
): WireRequest<OffsetDeleteAnswer> {
  if (connection.supports(OFFSET_DELETE_API_KEY) === undefined) {
    throw new FatalError(
      'KAFKA_TOO_OLD',
      `broker ${connection.address} cannot forget offsets of single partitions: Kafka 2.4 or newer is needed; reset all offsets of the group instead`,
    );
  }
  const topics = [...byTopic(partitions)].map(([topic, ids]) =>
    Buffer.concat([field.string(topic), field.array(ids.map(field.int32))]),
  );
  return {
    apiKey: OFFSET_DELETE_API_KEY,
    name: 'OffsetDelete',
    version: 0,
    body: Buffer.concat([field.string(groupId), field.array(topics)]),
    decode: (payload) => decodeOffsetDelete(new FieldReader(payload)),
  };
}

function decodeOffsetDelete(reader: FieldReader): OffsetDeleteAnswer {
  const errorCode = reader.int16();
  // The time by which the broker holds back the next answer.
  reader.int32();
  const codes = new Map<string, number>();
  reader.array(() => {
    const topic = reader.string();
    reader.array(() => codes.set(partitionName({ topic, partition: reader.int32() }), reader.int16()));
  });
  return { errorCode, codes };
}
