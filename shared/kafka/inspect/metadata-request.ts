/** Metadata with what the consumer does not need: cluster id, replicas, rights. Never creates a topic. */
import type { WireRequest } from '../broker-connection.ts';
import { RIGHTS_UNKNOWN } from './rights.ts';
import { FieldReader, field } from './wire-fields.ts';

export const METADATA_API_KEY = 3;
/** The oldest that can be told to create no topic, and the newest that tells the cluster's rights (it is not "flexible" yet). */
const VERSIONS = { oldest: 4, newest: 8 };

export interface PartitionInspection {
  readonly partition: number;
  /** Node id, -1 while there is none. */
  readonly leader: number;
  readonly replicas: number;
  readonly inSync: number;
}

export interface TopicInspection {
  readonly name: string;
  /** Kafka error code: 0, or why it cannot be described. */
  readonly errorCode: number;
  readonly isInternal: boolean;
  /** In order of their ids. */
  readonly partitions: readonly PartitionInspection[];
  /** To be asked with `hasRight`. */
  readonly authorizedOperations: number;
}

export interface MetadataInspection {
  /** '' when the cluster has none. */
  readonly clusterId: string;
  /** In order of their ids. */
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly TopicInspection[];
  readonly authorizedOperations: number;
}

/** Asks for topics by name, or for all with `undefined`. `newest` is what the broker takes at most; `undefined` when no version fits. */
export function metadataRequest(
  names: readonly string[] | undefined,
  newest: number,
): WireRequest<MetadataInspection> | undefined {
  const version = Math.min(VERSIONS.newest, newest);
  if (version < VERSIONS.oldest) return undefined;
  const body = [field.array(names?.map(field.string)), field.boolean(false)];
  // Rights of the cluster, and of the topics.
  if (version >= 8) body.push(field.boolean(true), field.boolean(true));
  return {
    apiKey: METADATA_API_KEY,
    name: 'Metadata',
    version,
    body: Buffer.concat(body),
    decode: (payload) => decodeMetadata(new FieldReader(payload), version),
  };
}

function decodeMetadata(reader: FieldReader, version: number): MetadataInspection {
  // The time by which the broker holds back the next answer.
  reader.int32();
  const brokers = reader.array(() => {
    const broker = { nodeId: reader.int32(), host: reader.string(), port: reader.int32() };
    // The rack.
    reader.string();
    return broker;
  });
  const clusterId = reader.string();
  // The controller.
  reader.int32();
  const topics = reader.array(() => decodeTopic(reader, version));
  return {
    clusterId,
    brokers: brokers.sort((a, b) => a.nodeId - b.nodeId),
    topics,
    authorizedOperations: version >= 8 ? reader.int32() : RIGHTS_UNKNOWN,
  };
}

function decodeTopic(reader: FieldReader, version: number): TopicInspection {
  const head = { errorCode: reader.int16(), name: reader.string(), isInternal: reader.boolean() };
  const partitions = reader.array(() => {
    // The partition's own error code: what matters of it is in the fields that follow.
    reader.int16();
    const partition = { partition: reader.int32(), leader: reader.int32() };
    // The leader's epoch.
    if (version >= 7) reader.int32();
    const replicas = reader.array(() => reader.int32()).length;
    const inSync = reader.array(() => reader.int32()).length;
    // Replicas that are offline.
    if (version >= 5) reader.array(() => reader.int32());
    return { ...partition, replicas, inSync };
  });
  const authorizedOperations = version >= 8 ? reader.int32() : RIGHTS_UNKNOWN;
  return { ...head, partitions: partitions.sort((a, b) => a.partition - b.partition), authorizedOperations };
}
