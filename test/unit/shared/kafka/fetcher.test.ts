import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { RetriableError } from '../../../../shared/errors.ts';
import type { Cluster } from '../../../../shared/kafka/cluster.ts';
import type { ConsumerListener } from '../../../../shared/kafka/driver.ts';
import { Fetcher } from '../../../../shared/kafka/fetcher.ts';
import { UNWATCHED_MS } from '../../../../shared/kafka/log-identity.ts';
import { OwnedPartition } from '../../../../shared/kafka/owned-partition.ts';
import { loadCrc32c } from '../../../../shared/kafka/wire/crc32c.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';
import { batch, gzip } from './wire/batches.ts';

/** A cluster whose brokers have no records, or those of `log`; answers come when they are let go.
 *  @param confirm called for partitions whose topic may be another by now
 *  @param log a batch for each offset; answers hold two of them */
function setUp(
  leaders: Map<string, number>,
  confirm: (partitions: readonly OwnedPartition[]) => void = () => undefined,
  log: readonly Buffer[] = [],
  fetchMaxWaitMs = 500,
) {
  const owned = [...leaders.keys()].map(
    (name) => new OwnedPartition({ topic: 'orders', partition: Number(name) }, 0, 'id'),
  );
  const clock = new ManualClock();
  for (const partition of owned) partition.seenAt = clock.now();
  const progressed: number[] = [];
  const delivered: number[] = [];
  /** Partitions asked for, by broker, in the order of requests. */
  const asked: [number, number[]][] = [];
  let answers: (() => void)[] = [];
  const cluster = {
    options: {},
    describe: async () => [],
    metadata: { leaderOf: (_: string, partition: number) => leaders.get(String(partition)) },
    connection: async (leader: number) => ({
      request: async (
        _: string,
        { topics }: { topics: { partitions: { partition: number; fetchOffset: string }[] }[] },
      ) => {
        const places = topics.flatMap(({ partitions }) => partitions);
        const wanted = places.map(({ partition }) => partition);
        const from = Number(places[0]?.fetchOffset);
        asked.push([leader, wanted]);
        await new Promise<void>((resolve) => answers.push(resolve));
        const nothing = {
          errorCode: 0,
          highWatermark: 0,
          lastStableOffset: 0,
          logStartOffset: 0,
          abortedTransactions: [],
        };
        const partitions = wanted.map((id) => ({
          topic: 'orders',
          partition: id,
          ...nothing,
          records: Buffer.concat(log.slice(from, from + 2)),
        }));
        return { errorCode: 0, partitions, payload: Buffer.alloc(0) };
      },
    }),
  };
  const unexpected = (what: string) => () => {
    throw new Error(what);
  };
  const fetcher = new Fetcher(
    {
      fetchMaxBytes: 1_000_000,
      fetchMaxBytesPerPartition: 1_000_000,
      fetchMaxWaitMs,
      isolationLevel: 'read_committed',
    },
    {
      cluster: cluster as unknown as Cluster,
      listener: {
        progressed: ({ partition }) => void progressed.push(partition),
        records: ({ offsets }) => void delivered.push(...offsets),
      } as Partial<ConsumerListener> as ConsumerListener,
      owned: () => owned,
      confirm: async (_, partitions) => confirm(partitions),
      outOfRange: unexpected('out of range'),
      doubtful: unexpected('doubtful'),
      halt: unexpected('halted'),
      fail: unexpected('failed'),
      watchdogMs: undefined,
      clock,
      random: () => 0,
      logger: silentLogger,
    },
  );
  onTestFinished(() => fetcher.stop());
  /** Lets every request that waits have its answer. */
  const answer = async () => {
    const now = answers;
    answers = [];
    for (const go of now) go();
    await settle();
  };
  return { fetcher, owned, clock, asked, progressed, delivered, answer };
}

// Loading it takes longer than what is ready to go on.
beforeAll(async () => void (await loadCrc32c()));

describe('Fetcher', () => {
  it('follows a partition to a leader that somebody else learned of, while its old broker goes on with others', async () => {
    const leaders = new Map([
      ['0', 1],
      ['1', 1],
    ]);
    const { fetcher, asked, answer } = setUp(leaders);
    fetcher.wake();
    await settle();
    expect(asked).toEqual([[1, [0, 1]]]);
    leaders.set('0', 3);
    await answer();
    expect(asked.slice(1).sort(([a], [b]) => a - b)).toEqual([
      [1, [1]],
      [3, [0]],
    ]);
  });

  it('follows the last partition of a broker, too', async () => {
    const leaders = new Map([['0', 1]]);
    const { fetcher, asked, answer } = setUp(leaders);
    fetcher.wake();
    await settle();
    leaders.set('0', 2);
    await answer();
    expect(asked).toEqual([
      [1, [0]],
      [2, [0]],
    ]);
  });

  it('leaves the rest of an answer alone when another broker was read from meanwhile', async () => {
    const leaders = new Map([['0', 1]]);
    const log = [0, 1, 2, 3].map((at) => batch({ baseOffset: at, records: [{ delta: 0, value: 'v' }], ...gzip }));
    const { fetcher, owned, clock, delivered, answer } = setUp(leaders, undefined, log);
    let goOn: () => void = () => undefined;
    let breaths = 0;
    Object.assign(clock, {
      breath: () => (breaths++ === 0 ? new Promise<void>((resolve) => (goOn = resolve)) : undefined),
    });
    fetcher.wake();
    await settle();
    await answer();
    expect(delivered).toEqual([0]);
    leaders.set('0', 3);
    fetcher.wake();
    await settle();
    await answer();
    expect(delivered).toEqual([0, 1, 2]);
    goOn();
    await settle();
    expect([delivered, owned[0]?.position]).toEqual([[0, 1, 2], 3]);
  });

  it('has partitions that nobody fetched for a while confirmed, after the answer and all by one request', async () => {
    const confirmed: string[][] = [];
    const leaders = new Map(['0', '1', '2'].map((name) => [name, 1]));
    const { fetcher, owned, clock, progressed, answer } = setUp(leaders, (partitions) => {
      confirmed.push(partitions.map(({ name }) => name));
    });
    await clock.advance(UNWATCHED_MS + 1);
    for (const partition of owned.slice(2)) partition.seenAt = clock.now();
    fetcher.wake();
    await settle();
    expect(confirmed).toEqual([]);
    await answer();
    expect(confirmed).toEqual([['orders-0', 'orders-1']]);
    expect(progressed).toEqual([0, 1, 2]);
    // From here on they are watched.
    await answer();
    expect([confirmed.length, progressed.length]).toEqual([1, 6]);
  });

  it('delivers nothing of a partition in doubt, and everything of the others', async () => {
    const { fetcher, clock, owned, progressed, answer } = setUp(
      new Map(['0', '1'].map((name) => [name, 1])),
      ([first]) => {
        if (first !== undefined) Object.assign(first, { doubtful: true, held: true });
      },
    );
    await clock.advance(UNWATCHED_MS + 1);
    fetcher.wake();
    await settle();
    await answer();
    expect(progressed).toEqual([1]);
    expect(owned[0]?.position).toBe(0);
  });

  it('fetches again what could not be confirmed', async () => {
    let tells = false;
    const { fetcher, clock, asked, progressed, answer } = setUp(new Map([['0', 1]]), () => {
      if (!tells) throw new RetriableError('BROKER_CONNECTION_LOST', 'gone');
    });
    await clock.advance(UNWATCHED_MS + 1);
    fetcher.wake();
    await settle();
    await answer();
    expect([asked.length, progressed.length]).toEqual([1, 0]);
    tells = true;
    await clock.advance(5_000);
    await settle();
    expect(asked).toHaveLength(2);
    await answer();
    expect(progressed).toEqual([0]);
  });

  it('has an answer that came late confirmed as well', async () => {
    const confirmed: number[] = [];
    const { fetcher, clock, answer } = setUp(
      new Map([['0', 1]]),
      (partitions) => void confirmed.push(partitions.length),
    );
    fetcher.wake();
    await settle();
    await clock.advance(500 + UNWATCHED_MS + 1);
    await answer();
    expect(confirmed).toEqual([1]);
  });

  it('has an answer confirmed that the broker held for long, as it was told to', async () => {
    const confirmed: number[] = [];
    const { fetcher, clock, answer } = setUp(
      new Map([['0', 1]]),
      (partitions) => void confirmed.push(partitions.length),
      [],
      5_000,
    );
    fetcher.wake();
    await settle();
    await clock.advance(2 * UNWATCHED_MS);
    await answer();
    expect(confirmed).toEqual([]);
    await clock.advance(5_000);
    await answer();
    expect(confirmed).toEqual([1]);
  });
});
