import { describe, expect, it } from 'vitest';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { MemoryBudget } from '../../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics } from '../../../../functions/dispatcher/metrics.ts';
import { Task } from '../../../../functions/dispatcher/task.ts';
import { type FatalError, RetriableError } from '../../../../shared/errors.ts';
import type { ConsumerOptions, KafkaConsumer, KafkaDriver, OffsetToCommit } from '../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import type { TopicPartition } from '../../../../shared/records.ts';
import { allWritten, blockAt, pipelineDepsForTests, ScriptedInvoker } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const TP = { topic: 'orders', partition: 0 };
const CONSUMER = { groupId: 'g', topics: ['orders'], drainTimeoutMs: 30_000 } as unknown as ConsumerOptions;

async function setUp(
  invoker: Invoker,
  commit?: () => Promise<void>,
  asked: (offsets: OffsetToCommit[]) => void = () => undefined,
  begun = true,
) {
  const clock = new ManualClock();
  const committed: OffsetToCommit[][] = [];
  const failures: FatalError[] = [];
  const pauses: string[] = [];
  const reread: TopicPartition[] = [];
  const read: string[] = [];
  const gaps: number[][] = [];
  const consumer: KafkaConsumer = {
    start: async () => undefined,
    pause: ({ partition }) => void pauses.push(`pause ${partition}`),
    resume: ({ partition }) => void pauses.push(`resume ${partition}`),
    reread: (tp) => void reread.push(tp),
    commit: (offsets) => {
      asked([...offsets]);
      if (commit !== undefined) return commit();
      committed.push([...offsets]);
      return Promise.resolve();
    },
    close: async () => undefined,
  };
  const unused = () => {
    throw new Error('not used here');
  };
  const driver: KafkaDriver = { admin: unused, producer: unused, consumer: () => consumer, reader: unused };
  const metrics = new Metrics(new MemoryBudget(0)).task('c', 0, 'oss-sink');
  const pipeline = pipelineDepsForTests(invoker, clock, { metrics });
  const options = {
    consumer: CONSUMER,
    commitIntervalMs: 5_000,
    commitsAfterBatch: true,
    resumeStopped: false,
    pipeline,
  };
  const task = new Task(
    options,
    { driver, metrics, clock, logger: silentLogger },
    {
      failed: (error) => failures.push(error),
      released: () => undefined,
      reads: (topic) => read.push(topic),
      gap: (tp, from, to) => gaps.push([tp.partition, from, to]),
    },
  );
  await task.start();
  if (begun) task.begin();
  pauses.length = 0;
  return { task, clock, committed, failures, pauses, reread, read, gaps };
}

describe('Task', () => {
  it('keeps a partition that came back while its revoke was still draining', async () => {
    let release: (outcome: BatchOutcome) => void = () => undefined;
    const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve)), allWritten]);
    const { task, clock, committed } = await setUp(invoker);
    task.assigned([{ ...TP, position: 0, metadata: '' }]);
    task.records(blockAt([0, 1, 2]));
    await settle();

    // The consumer waited no longer; meanwhile another member read up to 6.
    const revoked = task.revoked([TP]);
    task.assigned([{ ...TP, position: 6, metadata: '' }]);
    release({ all: 'written', count: 3 });
    await revoked;
    // The old ownership commits nothing under the new one: that would move the group back.
    expect(committed).toEqual([]);

    task.records(blockAt([6, 7, 8]));
    await settle();
    expect(invoker.calls).toEqual([
      [0, 1, 2],
      [6, 7, 8],
    ]);
    await clock.advance(50);
    expect(committed).toEqual([[{ ...TP, offset: 9, metadata: '' }]]);
    await task.stop();
  });

  it('lets partitions go soon after an abort, though Kafka does not answer the last commit', async () => {
    const { task, clock } = await setUp(new ScriptedInvoker([allWritten]), () => new Promise(() => undefined));
    task.assigned([{ ...TP, position: 0, metadata: '' }]);
    task.records(blockAt([0, 1, 2]));
    await settle();
    let revoked = false;
    void task.revoked([TP]).then(() => (revoked = true));
    await clock.advance(500);
    expect(revoked).toBe(false);
    task.abort();
    await clock.advance(1_000);
    expect(revoked).toBe(true);
    await task.stop();
  });

  it('closes a batch when its linger is over, and not at some later look', async () => {
    const invoker = new ScriptedInvoker([allWritten]);
    const { task, clock } = await setUp(invoker);
    task.assigned([{ ...TP, position: 0, metadata: '' }]);
    await clock.advance(333);
    task.records(blockAt([0]));
    await clock.advance(999);
    expect(invoker.calls).toEqual([]);
    await clock.advance(1);
    expect(invoker.calls).toEqual([[0]]);
    await task.stop();
  });

  it('sends in one commit what changed in many partitions, and none of the others', async () => {
    const confirms: (() => void)[] = [];
    const asked: OffsetToCommit[][] = [];
    const invoker = new ScriptedInvoker([allWritten]);
    const { task, clock } = await setUp(
      invoker,
      () => new Promise((resolve) => confirms.push(resolve)),
      (offsets) => asked.push(offsets),
    );
    const partitions = Array.from({ length: 1_000 }, (_, partition) => ({ topic: 'orders', partition }));
    task.assigned(partitions.map((tp) => ({ ...tp, position: 0, metadata: '' })));
    const settleAt = async (partition: number) => {
      task.records({ ...blockAt([0, 1, 2]), partition });
      await settle();
    };
    await settleAt(5);
    for (const partition of [7, 8, 9]) await settleAt(partition);
    confirms[0]?.();
    await clock.advance(50);
    expect(asked.map((offsets) => offsets.map(({ partition }) => partition))).toEqual([[5], [7, 8, 9]]);
    confirms[1]?.();
    await clock.advance(100);
    expect(asked).toHaveLength(2);
    await task.stop();
  });

  it('finishes what it read when nothing more is to be read: open batches go out, and what comes late', async () => {
    let release: (outcome: BatchOutcome) => void = () => undefined;
    const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve)), allWritten]);
    const { task, clock, committed } = await setUp(invoker);
    task.assigned([{ ...TP, position: 0, metadata: '' }]);
    task.records(blockAt([0, 1]));
    await settle();
    expect([invoker.calls, task.isFinishing]).toEqual([[], true]);
    task.finishRead();
    await settle();
    expect([invoker.calls, task.isFinishing]).toEqual([[[0, 1]], true]);
    // A fetch was under way.
    task.records(blockAt([2]));
    release({ all: 'written', count: 2 });
    await clock.advance(1_000);
    expect([invoker.calls, task.isFinishing]).toEqual([[[0, 1], [2]], false]);
    expect(committed.at(-1)).toMatchObject([{ ...TP, offset: 3 }]);
    task.assigned([{ ...TP, partition: 1, position: 7, metadata: '' }]);
    expect([...task.partitions()].map(({ pausedReason }) => pausedReason)).toEqual(['ending', 'ending']);
    await task.stop();
  });

  it('tries a commit that was refused for the moment again, with what came since', async () => {
    const asked: OffsetToCommit[][] = [];
    let tries = 0;
    const refusing = async () => {
      if (++tries === 1) throw new RetriableError('NOT_COORDINATOR', 'it moved');
    };
    const { task, clock } = await setUp(new ScriptedInvoker([allWritten]), refusing, (offsets) => asked.push(offsets));
    task.assigned([0, 1].map((partition) => ({ ...TP, partition, position: 0, metadata: '' })));
    task.records(blockAt([0, 1, 2]));
    await settle();
    await clock.advance(2_000);
    task.records({ ...blockAt([0, 1, 2]), partition: 1 });
    await settle();
    expect(asked.map((offsets) => offsets.map(({ partition }) => partition))).toEqual([[0], [0, 1]]);
    await task.stop();
  });

  describe('paused', () => {
    it('writes and commits what was read, what a fetch under way still brings too, and reads nothing more', async () => {
      const invoker = new ScriptedInvoker([allWritten]);
      const { task, clock, committed, pauses } = await setUp(invoker);
      task.assigned([{ ...TP, position: 0, metadata: '' }]);
      task.records(blockAt([0]));
      task.pause();
      expect(pauses).toEqual(['pause 0']);
      await settle();
      task.records(blockAt([1]));
      await clock.advance(500);
      expect(invoker.calls).toEqual([[0], [1]]);
      expect(committed.at(-1)).toEqual([{ ...TP, offset: 2, metadata: '' }]);
      expect([...task.partitions()]).toMatchObject([{ pausedReason: 'paused', inFlight: 0 }]);

      task.resume();
      expect(pauses).toEqual(['pause 0', 'resume 0']);
      // Batches wait for company again.
      task.records(blockAt([2]));
      await settle();
      expect(invoker.calls).toHaveLength(2);
      await clock.advance(1_000);
      expect(invoker.calls).toEqual([[0], [1], [2]]);
      await task.stop();
    });

    it('holds partitions that come later', async () => {
      const { task, pauses } = await setUp(new ScriptedInvoker([allWritten]));
      task.pause();
      task.assigned([{ ...TP, position: 0, metadata: '' }]);
      expect(pauses).toEqual(['pause 0']);
      await task.stop();
    });
  });

  describe('resumed where it stopped', () => {
    const STOPPED = '{"spillway":1,"stopped":{"offset":5,"code":"X"}}';

    it('finishes what lies before, commits without the mark however often that takes, and takes the partition over again', async () => {
      let refusals = 2;
      const asked: OffsetToCommit[][] = [];
      const { task, clock, reread } = await setUp(
        new ScriptedInvoker([allWritten]),
        async () => {
          if (refusals-- > 0) throw new RetriableError('COORDINATOR_NOT_AVAILABLE', 'away');
        },
        (offsets) => asked.push(offsets),
      );
      task.assigned([{ ...TP, position: 3, metadata: STOPPED }]);
      task.records(blockAt([3, 4, 5, 6]));
      await settle();
      expect(task.waitingForPerson()).toHaveLength(1);
      void task.resumeStopped();
      await clock.advance(400);
      expect(reread).toEqual([]);
      await clock.advance(1_200);
      expect(asked.at(-1)).toEqual([{ ...TP, offset: 5, metadata: '' }]);
      expect(reread).toEqual([TP]);
      task.assigned([{ ...TP, position: 5, metadata: '' }]);
      expect(task.waitingForPerson()).toEqual([]);
      await task.stop();
    });

    it('leaves a partition alone that went meanwhile', async () => {
      const { task, clock, reread } = await setUp(new ScriptedInvoker([allWritten]), async () => {
        throw new RetriableError('COORDINATOR_NOT_AVAILABLE', 'away');
      });
      task.assigned([{ ...TP, position: 5, metadata: STOPPED }]);
      const lifted = task.resumeStopped();
      await settle();
      task.lost([TP]);
      await clock.advance(1_000);
      await lifted;
      expect(reread).toEqual([]);
      await task.stop();
    });

    it('before it began: lifts the marks of partitions that are still to come, and of none after that', async () => {
      const { task, reread } = await setUp(new ScriptedInvoker([allWritten]), undefined, undefined, false);
      await task.resumeStopped();
      task.assigned([{ ...TP, position: 5, metadata: STOPPED }]);
      expect(task.waitingForPerson()).toEqual([]);
      task.begin();
      task.assigned([{ ...TP, partition: 1, position: 5, metadata: STOPPED }]);
      expect(task.waitingForPerson()).toMatchObject([{ partition: 1 }]);
      expect(reread).toEqual([]);
      await task.stop();
    });
  });

  it('tells which topics it reads, again after a while, and of gaps', async () => {
    const { task, clock, read, gaps } = await setUp(new ScriptedInvoker([allWritten]));
    task.assigned([{ ...TP, position: 0, metadata: '' }]);
    expect(read).toEqual([]);
    task.records(blockAt([0]));
    task.records(blockAt([1]));
    expect(read).toEqual(['orders']);
    await clock.advance(10_000);
    task.records(blockAt([2]));
    expect(read).toEqual(['orders', 'orders']);
    task.gap(TP, 3, 9);
    expect(gaps).toEqual([[0, 3, 9]]);
    await task.stop();
  });
});
