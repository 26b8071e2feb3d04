/** What members of a group tell each other through the coordinator, in the consumer protocol's own layout
 *  (`ConsumerProtocolSubscription` version 1, `ConsumerProtocolAssignment` version 0), so that Kafka's tools can read it. */
import assignerProtocol from 'kafkajs/src/consumer/assignerProtocol.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import type { TopicPartition } from '../records.ts';

/** Members with another protocol are refused by the coordinator: they would not keep the rules of `assignment.ts`. */
export const PROTOCOL_NAME = 'spillway-cooperative';

export interface Subscription {
  readonly topics: readonly string[];
  /** What the member holds at this moment, and goes on processing while the group rebalances. */
  readonly owned: readonly TopicPartition[];
}

const SUBSCRIPTION_VERSION = 1;

/** Partition ids by topic. */
export function byTopic(partitions: readonly TopicPartition[]): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const ids = grouped.get(topic);
    if (ids === undefined) grouped.set(topic, [partition]);
    else ids.push(partition);
  }
  return grouped;
}

export function encodeSubscription({ topics, owned }: Subscription): Buffer {
  const base = assignerProtocol.MemberMetadata.encode({ version: SUBSCRIPTION_VERSION, topics: [...topics] });
  const tail = new Encoder();
  const grouped = byTopic(owned);
  tail.writeInt32(grouped.size);
  for (const [topic, ids] of grouped) {
    tail.writeString(topic).writeInt32(ids.length);
    for (const id of ids) tail.writeInt32(id);
  }
  return Buffer.concat([base, tail.buffer]);
}

/** Inverse of `encodeSubscription`. A subscription without owned partitions (version 0) owns nothing. */
export function decodeSubscription(bytes: Buffer): Subscription {
  const { version, topics, userData } = assignerProtocol.MemberMetadata.decode(bytes);
  const owned: TopicPartition[] = [];
  // Where the owned partitions begin: version, topic list, user data.
  let at = 2 + 4 + topics.reduce((sum, topic) => sum + 2 + Buffer.byteLength(topic), 0) + 4 + (userData?.length ?? 0);
  if (version < SUBSCRIPTION_VERSION || at >= bytes.length) return { topics, owned };
  const int32 = () => {
    at += 4;
    return bytes.readInt32BE(at - 4);
  };
  for (let left = int32(); left > 0; left--) {
    const length = bytes.readInt16BE(at);
    const topic = bytes.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    for (let count = int32(); count > 0; count--) owned.push({ topic, partition: int32() });
  }
  return { topics, owned };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  return assignerProtocol.MemberAssignment.encode({ version: 0, assignment: Object.fromEntries(byTopic(partitions)) });
}

export function decodeAssignment(bytes: Buffer): TopicPartition[] {
  const decoded = bytes.length === 0 ? null : assignerProtocol.MemberAssignment.decode(bytes);
  return Object.entries(decoded?.assignment ?? {}).flatMap(([topic, ids]) =>
    ids.map((partition) => ({ topic, partition })),
  );
}
