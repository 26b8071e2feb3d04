import { describe, expect, it, onTestFinished } from 'vitest';
import { FatalError, RetriableError } from '../../../../../shared/errors.ts';
import type { Cluster } from '../../../../../shared/kafka/cluster.ts';
import { TopicFollower } from '../../../../../shared/kafka/log/topic-follower.ts';
import type { TopicListener } from '../../../../../shared/kafka/log/topic-listener.ts';
import { loadCrc32c } from '../../../../../shared/kafka/wire/crc32c.ts';
import { encodeRecordBatch } from '../../../../../shared/kafka/wire/record-batch-encode.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const OUT_OF_RANGE = 1;
const UNKNOWN_TOPIC = 3;
const NOT_LEADER = 6;

interface FetchArgs {
  readonly topics: readonly { readonly partitions: readonly { partition: number; fetchOffset: string }[] }[];
}

/** A topic of one partition in memory, behind the requests that a follower sends. */
class FakeTopic {
  readonly batches: { readonly offset: number; readonly bytes: Buffer }[] = [];
  start = 0;
  end = 0;
  id = '1';
  leader = 7;
  exists = true;
  /** Thrown by the next requests of any kind. */
  failure: Error | undefined;
  readonly asked: string[] = [];
  #changed: (() => void)[] = [];

  async add(...values: readonly string[]): Promise<void> {
    const records = values.map((value) => ({ key: Buffer.from(value), value: null, headers: [], timestamp: 1 }));
    const bytes = encodeRecordBatch(records, await loadCrc32c());
    bytes.writeBigInt64BE(BigInt(this.end), 0);
    this.batches.push({ offset: this.end, bytes });
    this.end += values.length;
    this.wake();
  }

  /** Answers the long poll that is under way. */
  wake(): void {
    for (const changed of this.#changed.splice(0)) changed();
  }

  /** Deleted and made anew, empty. */
  remake(): void {
    this.batches.length = 0;
    this.start = 0;
    this.end = 0;
    this.id += '1';
    this.exists = true;
  }

  cluster(): Cluster {
    const state = () => ({ errorCode: this.exists ? 0 : UNKNOWN_TOPIC, leaders: new Map([[0, this.leader]]) });
    let known: ReturnType<typeof state> | undefined;
    const guarded = async <T>(what: string, work: () => T | Promise<T>): Promise<T> => {
      this.asked.push(what);
      if (this.failure !== undefined) throw this.failure;
      return await work();
    };
    const fake = {
      options: {},
      metadata: { leaderOf: () => (known?.errorCode === 0 ? known.leaders.get(0) : undefined) },
      describe: () =>
        guarded('describe', () => {
          known = state();
          return [known];
        }),
      close: () => undefined,
      connection: async (node: number) => ({
        supports: () => ({ minVersion: 0, maxVersion: 12 }),
        send: () => guarded('ids', () => new Map([['t', { errorCode: state().errorCode, id: this.id }]])),
        request: (
          api: string,
          args: { topics: readonly { partitions: readonly { timestamp: string }[] }[] } & FetchArgs,
        ) => guarded<object>(api, () => (api === 'Fetch' ? this.#fetch(node, args) : this.#offsets(args))),
      }),
    };
    return fake as unknown as Cluster;
  }

  #offsets(args: { topics: readonly { partitions: readonly { timestamp: string }[] }[] }) {
    const earliest = args.topics[0]?.partitions[0]?.timestamp === '-2';
    const offset = String(earliest ? this.start : this.end);
    return { responses: [{ topic: 't', partitions: [{ partition: 0, errorCode: 0, offset }] }] };
  }

  async #fetch(node: number, args: FetchArgs) {
    const position = Number(args.topics[0]?.partitions[0]?.fetchOffset);
    const isOver = () => this.failure !== undefined || !this.exists || node !== this.leader || position !== this.end;
    if (!isOver()) await new Promise<void>((resolve) => this.#changed.push(resolve));
    if (this.failure !== undefined) throw this.failure;
    const refused = !this.exists ? UNKNOWN_TOPIC : node !== this.leader ? NOT_LEADER : 0;
    const outside = position < this.start || position > this.end;
    const records = Buffer.concat(this.batches.filter(({ offset }) => offset >= position).map(({ bytes }) => bytes));
    const errorCode = refused || (outside ? OUT_OF_RANGE : 0);
    const offsets = { highWatermark: this.end, lastStableOffset: this.end, logStartOffset: this.start };
    const partition = { topic: 't', partition: 0, errorCode, ...offsets, abortedTransactions: [], records };
    return { errorCode: 0, partitions: [partition], payload: records };
  }
}

function setUp() {
  const clock = new ManualClock();
  const topic = new FakeTopic();
  const told: string[] = [];
  const said: string[] = [];
  const listener: TopicListener = {
    began: (partition, why, { start, end }) => told.push(`${partition} began ${why} ${start}-${end}`),
    records: (_, records) => told.push(...records.map(({ offset, key }) => `${offset} ${key}`)),
    reached: () => told.push('reached'),
    trimmed: (_, offset) => told.push(`trimmed ${offset}`),
    damaged: () => told.push('damaged'),
  };
  const logger = {
    ...silentLogger,
    info: (_: object, message: string) => void said.push(message),
    error: (_: object, message: string) => void said.push(message),
  };
  const follower = new TopicFollower(topic.cluster(), 't', listener, { clock, random: () => 1, logger });
  onTestFinished(() => {
    follower.close();
    topic.wake();
  });
  return { clock, topic, told, said, follower };
}

const never = new AbortController().signal;

describe('TopicFollower', () => {
  it('reads to the end, then tells what is added', async () => {
    const { topic, told, follower } = setUp();
    await topic.add('a', 'b');
    await follower.start();
    expect(told).toEqual(['0 began start 0-2', '0 a', '1 b', 'reached']);
    await topic.add('c');
    await follower.past(0, 3, never);
    expect(told.at(-1)).toBe('2 c');
  });

  it('latest waits for what is there by then', async () => {
    const { topic, told, follower } = setUp();
    await follower.start();
    expect(told).toEqual(['0 began start 0-0', 'reached']);
    await topic.add('a', 'b', 'c');
    await follower.latest(never);
    expect(told.at(-1)).toBe('2 c');
  });

  it('goes on at the new leader', async () => {
    const { clock, topic, told, follower } = setUp();
    await topic.add('a');
    await follower.start();
    topic.leader = 8;
    topic.wake();
    await settle();
    await clock.advance(5_000);
    await topic.add('b');
    await follower.latest(never);
    expect(told).toEqual(['0 began start 0-1', '0 a', 'reached', '1 b']);
  });

  it('reads a topic that was made anew from its beginning, however long it is by then', async () => {
    const { clock, topic, told, follower } = setUp();
    await topic.add('a');
    await follower.start();
    topic.exists = false;
    topic.wake();
    await settle();
    await clock.advance(1_000);
    topic.remake();
    await topic.add('x', 'y', 'z');
    await clock.advance(10_000);
    expect(told.slice(3)).toEqual(['0 began remade 0-3', '0 x', '1 y', '2 z', 'reached']);
  });

  it('tells a log that lost its end from one whose records were deleted before it read them', async () => {
    const { clock, topic, told, follower } = setUp();
    await topic.add('a', 'b', 'c');
    await follower.start();
    topic.remake();
    topic.id = '1';
    await topic.add('a');
    await clock.advance(1_000);
    expect(told.slice(5)).toEqual(['0 began truncated 0-1', '0 a', 'reached']);
    topic.start = 5;
    topic.end = 5;
    topic.wake();
    await clock.advance(1_000);
    expect(told.slice(8)).toEqual(['0 began missed 5-5', 'reached']);
  });

  it('tells when what it read is deleted', async () => {
    const { topic, told, follower } = setUp();
    await topic.add('a', 'b');
    await follower.start();
    topic.start = 2;
    await topic.add('c');
    await follower.latest(never);
    topic.wake();
    await settle();
    expect(told.slice(4)).toEqual(['2 c', 'trimmed 2']);
  });

  it('says once that it cannot read, and once that it can again', async () => {
    const { clock, topic, said, follower } = setUp();
    await follower.start();
    topic.failure = new RetriableError('BROKER_CONNECTION_LOST', 'gone');
    topic.wake();
    for (let s = 0; s < 60; s++) await clock.advance(1_000);
    expect(said).toEqual([
      'an internal topic cannot be read; what is known of it stays as it was, and it is tried again',
    ]);
    topic.failure = undefined;
    await clock.advance(10_000);
    await topic.add('a');
    await follower.latest(never);
    expect(said.slice(1)).toEqual(['the internal topic is read again']);
  });

  it('does not start for a refusal, nor after half a minute without an answer', async () => {
    const refused = setUp();
    refused.topic.failure = new FatalError('TOPIC_AUTHORIZATION_FAILED', 'no right');
    await expect(refused.follower.start()).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' });

    const { clock, topic, follower } = setUp();
    topic.failure = new RetriableError('BROKER_UNREACHABLE', 'nobody there');
    let ended: unknown;
    void follower.start().catch((thrown: unknown) => {
      ended = thrown;
    });
    await settle();
    await clock.advance(29_000);
    expect(ended).toBeUndefined();
    await clock.advance(10_000);
    expect(ended).toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('lets nobody wait once it is closed', async () => {
    const { follower } = setUp();
    await follower.start();
    const waiting = follower.past(0, 5, never);
    follower.close();
    await expect(waiting).rejects.toThrow('no longer read');
    await expect(follower.latest(never)).rejects.toThrow('no longer read');
  });
});
