/** One Fetch request to the broker that leads some partitions. */
import type { TopicPartition } from '../records.ts';
import { partitionName } from '../records.ts';
import type { Cluster } from './cluster.ts';
import type { ConsumerOptions } from './driver.ts';
import { refusal } from './error-codes.ts';
import { byTopic } from './group-protocol.ts';
import { decodeFetchResponse, type FetchAnswer } from './wire/fetch-response.ts';

/** Brokers answer at once when the wait is over. */
const WATCHDOG_MS = 30_000;

export type FetchLimits = Pick<ConsumerOptions, 'fetchMaxBytes' | 'fetchMaxBytesPerPartition' | 'isolationLevel'>;

/** Asks `leader` for records of `wanted` from their positions on; waits up to `maxWaitMs` when there are none. Needs no group. Without an
 *  answer `watchdogMs` after that the request is given up, and its connection with it: the answer may never come.
 *  @throws RetriableError when the broker cannot be asked now, FatalError when it refuses for good */
export async function requestFetch(
  cluster: Cluster,
  leader: number,
  wanted: readonly (TopicPartition & { readonly position: number })[],
  { fetchMaxBytes, fetchMaxBytesPerPartition, isolationLevel }: FetchLimits,
  maxWaitMs: number,
  watchdogMs = WATCHDOG_MS,
): Promise<FetchAnswer> {
  const positions = new Map(wanted.map((p) => [partitionName(p), p.position]));
  const topics = [...byTopic(wanted)].map(([topic, ids]) => ({
    topic,
    partitions: ids.map((partition) => ({
      partition,
      fetchOffset: String(positions.get(partitionName({ topic, partition })) ?? 0),
      maxBytes: fetchMaxBytesPerPartition,
    })),
  }));
  const connection = await cluster.connection(leader, 'fetch');
  const answer = await connection.request<FetchAnswer>(
    'Fetch',
    {
      isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
      maxWaitTime: maxWaitMs,
      minBytes: 1,
      maxBytes: fetchMaxBytes,
      topics,
    },
    { timeoutMs: maxWaitMs + watchdogMs, decode: decodeFetchResponse },
  );
  if (answer.errorCode === 0) return answer;
  throw refusal(answer.errorCode, { right: 'READ', resource: `broker ${leader}` });
}
