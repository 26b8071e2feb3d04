import { describe, expect, it } from 'vitest';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { MemoryBudget } from '../../../../functions/dispatcher/memory/memory-budget.ts';
import { Metrics } from '../../../../functions/dispatcher/metrics.ts';
import { Task } from '../../../../functions/dispatcher/task.ts';
import type { FatalError } from '../../../../shared/errors.ts';
import type { ConsumerOptions, KafkaConsumer, KafkaDriver, OffsetToCommit } from '../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import { allWritten, blockAt, pipelineDepsForTests, ScriptedInvoker } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const TP = { topic: 'orders', partition: 0 };
const CONSUMER = { groupId: 'g', topics: ['orders'], drainTimeoutMs: 30_000 } as unknown as ConsumerOptions;

async function setUp(invoker: Invoker, commit?: () => Promise<void>) {
  const clock = new ManualClock();
  const committed: OffsetToCommit[][] = [];
  const failures: FatalError[] = [];
  const consumer: KafkaConsumer = {
    start: async () => undefined,
    pause: () => undefined,
    resume: () => undefined,
    commit: commit ?? (async (offsets) => void committed.push([...offsets])),
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
    },
  );
  await task.start();
  task.begin();
  return { task, clock, committed, failures };
}

describe('Task', () => {
  it('keeps a partition that came back while its revoke was still draining', async () => {
    let release: (outcome: BatchOutcome) => void = () => undefined;
    const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve)), allWritten]);
    const { task, committed } = await setUp(invoker);
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
});
