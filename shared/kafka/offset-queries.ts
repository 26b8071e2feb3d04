/** Asks leaders where partitions begin, end, or reach a time. */
import { FatalError, RetriableError } from '../errors.ts';
import { partitionName, type TopicPartition } from '../records.ts';
import { type Cluster, REQUEST_TIMEOUT_MS } from './cluster.ts';
import type { ConsumerOptions, StartOffset } from './driver.ts';
import { refusal } from './error-codes.ts';
import { byTopic } from './group-protocol.ts';
import { safeOffset } from './wire/offset.ts';

const LATEST = -1;
const EARLIEST = -2;

interface ListOffsetsAnswer {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly errorCode: number;
      readonly offset?: string;
      readonly offsets?: readonly string[];
    }[];
  }[];
}

/** What leaders said: an offset (-1 when no record is that late), or why there is none. */
export interface OffsetsFound {
  readonly offsets: Map<string, number>;
  readonly errors: Map<string, RetriableError | FatalError>;
}

export type IsolationLevel = ConsumerOptions['isolationLevel'];

function timestampOf(at: StartOffset): number {
  return at === 'earliest' ? EARLIEST : at === 'latest' ? LATEST : at;
}

/** Offsets by partition name, `errors` for partitions without an answer (no leader, unreachable, refused); metadata of the topics
 *  must be known to the cluster. A time past the last record resolves to the end. Never throws for one partition. */
export async function findOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  at: StartOffset,
  isolationLevel: IsolationLevel,
): Promise<OffsetsFound> {
  const found: OffsetsFound = { offsets: new Map(), errors: new Map() };
  const byLeader = new Map<number, TopicPartition[]>();
  for (const tp of partitions) {
    const leader = cluster.metadata.leaderOf(tp.topic, tp.partition);
    if (leader === undefined)
      found.errors.set(
        partitionName(tp),
        new RetriableError('LEADER_NOT_AVAILABLE', `${partitionName(tp)} has no leader`),
      );
    else byLeader.set(leader, [...(byLeader.get(leader) ?? []), tp]);
  }
  await Promise.all(
    [...byLeader].map(([leader, led]) => askLeader(cluster, leader, led, timestampOf(at), isolationLevel, found)),
  );
  const pastEnd = partitions.filter((tp) => found.offsets.get(partitionName(tp)) === -1);
  if (pastEnd.length > 0 && typeof at === 'number') {
    const ends = await findOffsets(cluster, pastEnd, 'latest', isolationLevel);
    for (const tp of pastEnd) found.offsets.delete(partitionName(tp));
    for (const [name, offset] of ends.offsets) found.offsets.set(name, offset);
    for (const [name, error] of ends.errors) found.errors.set(name, error);
  }
  return found;
}

async function askLeader(
  cluster: Cluster,
  leader: number,
  partitions: readonly TopicPartition[],
  timestamp: number,
  isolationLevel: IsolationLevel,
  found: OffsetsFound,
): Promise<void> {
  try {
    const connection = await cluster.connection(leader, 'requests');
    const topics = [...byTopic(partitions)].map(([topic, ids]) => ({
      topic,
      partitions: ids.map((partition) => ({ partition, timestamp: String(timestamp) })),
    }));
    const answer = await connection.request<ListOffsetsAnswer>(
      'ListOffsets',
      { isolationLevel: isolationLevel === 'read_committed' ? 1 : 0, topics },
      { timeoutMs: REQUEST_TIMEOUT_MS },
    );
    for (const { topic, partitions: answered } of answer.responses) {
      for (const { partition, errorCode, offset } of answered) {
        const name = partitionName({ topic, partition });
        if (errorCode === 0) found.offsets.set(name, safeOffset(Number(offset ?? -1)));
        else
          found.errors.set(
            name,
            refusal(errorCode, { right: 'DESCRIBE', resource: `topic ${topic}`, context: { topic, partition } }),
          );
      }
    }
  } catch (thrown) {
    if (!(thrown instanceof RetriableError) && !(thrown instanceof FatalError)) throw thrown;
    for (const tp of partitions) found.errors.set(partitionName(tp), thrown);
  }
  for (const tp of partitions) {
    const name = partitionName(tp);
    if (!found.offsets.has(name) && !found.errors.has(name)) {
      found.errors.set(name, new RetriableError('NO_ANSWER', `the leader left ${name} out of its answer`));
    }
  }
}
