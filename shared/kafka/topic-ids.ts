/** The ids of topics. A topic that is deleted and made anew keeps its name and gets another id, which never comes back.
 *  Sources: KIP-516; https://kafka.apache.org/protocol.html#The_Messages_Metadata */
import type { BrokerConnection, WireRequest } from './broker-connection.ts';
import { REQUEST_TIMEOUT_MS } from './cluster.ts';
import { METADATA_API_KEY } from './inspect/metadata-request.ts';
import { FieldReader, field } from './inspect/wire-fields.ts';

/** The first with ids (Kafka 2.8), and the newest that is known here. */
const VERSIONS = { oldest: 10, newest: 12 };

/** What a broker tells of a topic. */
export interface ToldTopic {
  /** Kafka error code: 0, or why it cannot be described (missing, no rights). */
  readonly errorCode: number;
  /** Hex digits; undefined where the topic is missing, or the cluster gives no ids yet (`inter.broker.protocol.version` below 2.8). */
  readonly id: string | undefined;
}

/** By name. */
export type ToldTopics = ReadonlyMap<string, ToldTopic>;

/** Asks the broker at the other end, which answers from what it knows itself; never makes a topic. `undefined` where it is too old to
 *  know of ids.
 *  @throws RetriableError when it does not answer; the connection is closed then */
export async function askTopicIds(
  connection: Pick<BrokerConnection, 'supports' | 'send'>,
  topics: readonly string[],
): Promise<ToldTopics | undefined> {
  if (topics.length === 0) return new Map();
  const request = topicIdsRequest(topics, connection.supports(METADATA_API_KEY)?.maxVersion ?? 0);
  return request === undefined ? undefined : await connection.send(request, REQUEST_TIMEOUT_MS);
}

/** `newest` is what the broker takes at most; `undefined` when that has no ids. */
export function topicIdsRequest(topics: readonly string[], newest: number): WireRequest<ToldTopics> | undefined {
  const version = Math.min(VERSIONS.newest, newest);
  if (version < VERSIONS.oldest) return undefined;
  const body = [
    // The end of request header 2, of which kafkajs writes what header 1 has as well.
    field.noTags,
    field.compactArray(topics.map((name) => Buffer.concat([field.noUuid, field.compactString(name), field.noTags]))),
    // Make no topic; tell no rights, neither of the cluster (until version 10) nor of the topics.
    field.boolean(false),
    ...(version === 10 ? [field.boolean(false)] : []),
    field.boolean(false),
    field.noTags,
  ];
  return {
    apiKey: METADATA_API_KEY,
    name: 'Metadata',
    version,
    body: Buffer.concat(body),
    decode: (payload) => decodeTopicIds(new FieldReader(payload)),
  };
}

function decodeTopicIds(reader: FieldReader): ToldTopics {
  // The end of response header 1.
  reader.skipTags();
  // The time by which the broker holds back the next answer.
  reader.int32();
  reader.compactArray(() => {
    // Node id, host, port and rack.
    reader.int32();
    reader.compactString();
    reader.int32();
    reader.compactString();
    reader.skipTags();
  });
  // The cluster's id, the controller.
  reader.compactString();
  reader.int32();
  return new Map(reader.compactArray(() => decodeTopic(reader)));
}

function decodeTopic(reader: FieldReader): readonly [name: string, told: ToldTopic] {
  const errorCode = reader.int16();
  const name = reader.compactString();
  const id = reader.uuid();
  // Whether it is internal.
  reader.boolean();
  reader.compactArray(() => {
    // Error code, partition, leader, the leader's epoch; replicas, those in sync, those offline.
    reader.int16();
    for (let numbers = 0; numbers < 3; numbers++) reader.int32();
    for (let lists = 0; lists < 3; lists++) reader.compactArray(() => reader.int32());
    reader.skipTags();
  });
  // Rights.
  reader.int32();
  reader.skipTags();
  return [name, { errorCode, id: /[^0]/.test(id) ? id : undefined }];
}
