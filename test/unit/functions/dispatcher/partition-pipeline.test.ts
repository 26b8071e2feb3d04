import { describe, expect, it } from 'vitest';
import { encodeCommitMetadata, type StopMark } from '../../../../functions/dispatcher/commit-metadata.ts';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { Ledger } from '../../../../functions/dispatcher/ledger.ts';
import { workerMemory } from '../../../../functions/dispatcher/memory/worker-memory.ts';
import { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import type { ErrantRecord } from '../../../../shared/errant.ts';
import type { FatalError } from '../../../../shared/errors.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import type { BatchOutcome } from '../../../../shared/outcomes.ts';
import { offsetAt } from '../../../../shared/records.ts';
import {
  allWritten,
  blockAt,
  perRecord,
  pipelineDepsForTests,
  ScriptedInvoker,
  throwing,
} from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

function stopMark(stopped: StopMark): string {
  return encodeCommitMetadata(0, { stopped, plan: [] });
}

/** An error topic that can be down. */
class FakeErrorTopic {
  down = false;
  readonly offsets: number[] = [];

  async report(records: readonly ErrantRecord[]): Promise<void> {
    if (this.down) throw new RetriableError('BROKER_UNREACHABLE', 'down');
    this.offsets.push(...records.map(({ block, index }) => offsetAt(block, index)));
  }
}

interface Options {
  readonly invoker?: Invoker;
  readonly maxRecords?: number;
  readonly maxInFlight?: number;
  readonly errorsPolicy?: 'continue' | 'stop';
  readonly nullValues?: 'write' | 'ignore';
  readonly metadata?: string;
  readonly resumeStopped?: boolean;
  readonly position?: number;
}

/** What a block counts for. */
const BLOCK_BYTES = 1_000;

function setUp(options: Options = {}) {
  const clock = new ManualClock();
  const ledger = new Ledger();
  const framework = new FakeErrorTopic();
  const sink = new FakeErrorTopic();
  const calls: string[] = [];
  const failures: FatalError[] = [];
  const { budget, intake: memory } = workerMemory(1_000_000);
  const invoker = options.invoker ?? new ScriptedInvoker([allWritten]);
  const base = pipelineDepsForTests(invoker, clock);
  const deps = {
    ...base,
    intake: { ...base.intake, nullValues: options.nullValues ?? 'write' },
    limits: { ...base.limits, maxRecords: options.maxRecords ?? 3 },
    maxInFlight: options.maxInFlight ?? 1,
    errorsPolicy: options.errorsPolicy ?? 'continue',
    frameworkErrors: framework,
    sinkErrors: sink,
    memory,
  };
  const assigned = { topic: 'orders', partition: 0, position: options.position ?? 0, metadata: options.metadata ?? '' };
  const pipeline = new PartitionPipeline(assigned, options.resumeStopped ?? false, ledger, deps, {
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
    settled: () => calls.push('settled'),
    commitWanted: () => calls.push('commit'),
    failed: (error) => failures.push(error),
  });
  // As the consumer hands blocks over: their memory is held for the time of the call.
  const accept = pipeline.accept.bind(pipeline);
  pipeline.accept = (block, now) => {
    const frame = budget.take(BLOCK_BYTES);
    accept({ ...block, memory: frame }, now);
    frame.release();
  };
  /** The law of the ledger, checked with what the tracker counts. */
  const balanced = () =>
    ledger.polled ===
    ledger.filtered + ledger.written + ledger.errant + ledger.dropped + ledger.released + pipeline.tracker.unacked;
  return { pipeline, clock, ledger, framework, sink, calls, failures, budget, invoker, balanced };
}

const NOT_UTF8 = Buffer.from([0xff]);

describe('PartitionPipeline', () => {
  it('writes full batches at once and the rest when it is due', async () => {
    const { pipeline, clock, ledger, invoker, balanced } = setUp();
    pipeline.accept(blockAt([0, 1, 2, 3]), clock.now());
    await settle();
    expect((invoker as ScriptedInvoker).calls).toEqual([[0, 1, 2]]);
    expect(pipeline.toCommit).toMatchObject({ offset: 3 });
    await clock.advance(1_000);
    pipeline.tick(clock.now());
    await settle();
    expect((invoker as ScriptedInvoker).calls).toEqual([[0, 1, 2], [3]]);
    expect([ledger.polled, ledger.written, balanced()]).toEqual([4, 4, true]);
    expect(pipeline.toCommit).toMatchObject({ offset: 4, metadata: '' });
  });

  it('commits the position behind records that nobody sees', async () => {
    const { pipeline, clock } = setUp();
    pipeline.accept(blockAt([0, 1, 2]), clock.now());
    pipeline.progressed(7, 7);
    await settle();
    expect(pipeline.toCommit).toMatchObject({ offset: 7 });
  });

  it('does not commit past a batch that is under way, though later ones are written', async () => {
    let release: (outcome: BatchOutcome) => void = () => undefined;
    const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve)), allWritten]);
    const { pipeline, clock, ledger } = setUp({ invoker, maxInFlight: 2 });
    pipeline.accept(blockAt([0, 1, 2, 3, 4, 5]), clock.now());
    await settle();
    expect(ledger.written).toBe(3);
    expect(pipeline.toCommit).toBeUndefined();
    release({ all: 'written', count: 3 });
    await settle();
    expect(pipeline.toCommit).toMatchObject({ offset: 6 });
  });

  it('keeps one batch under way when order matters', async () => {
    const open: (() => void)[] = [];
    const invoker = new ScriptedInvoker([
      (batch) => new Promise((resolve) => open.push(() => resolve({ all: 'written', count: batch.count }))),
    ]);
    const { pipeline, clock } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2, 3, 4, 5, 6, 7, 8]), clock.now());
    await settle();
    expect(invoker.calls).toHaveLength(1);
    open[0]?.();
    await settle();
    expect(invoker.calls).toHaveLength(2);
  });

  it('pauses intake while batches wait for a place, and resumes', async () => {
    const open: (() => void)[] = [];
    const invoker = new ScriptedInvoker([
      (batch) => new Promise((resolve) => open.push(() => resolve({ all: 'written', count: batch.count }))),
    ]);
    const { pipeline, clock, calls } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2, 3, 4, 5, 6, 7, 8]), clock.now());
    expect(calls).toContain('pause');
    expect(pipeline.pausedReason).toBe('backpressure');
    await settle();
    open[0]?.();
    await settle();
    expect(calls).toContain('resume');
    expect(pipeline.pausedReason).toBeUndefined();
  });

  it('brings records that are not UTF-8 to the framework error topic, and acks them only then', async () => {
    const { pipeline, clock, ledger, framework, balanced } = setUp();
    framework.down = true;
    pipeline.accept(
      blockAt([0, 1, 2, 3], (offset) => (offset === 1 ? NOT_UTF8 : Buffer.from('v'))),
      clock.now(),
    );
    await settle();
    expect([ledger.written, ledger.errant]).toEqual([3, 0]);
    expect(pipeline.toCommit).toMatchObject({ offset: 1 });
    expect(pipeline.pausedReason).toBe('error-topic');
    expect(balanced()).toBe(true);
    framework.down = false;
    await clock.advance(60_000);
    expect(framework.offsets).toEqual([1]);
    expect(pipeline.toCommit).toMatchObject({ offset: 4 });
    expect([ledger.errant, balanced()]).toEqual([1, true]);
  });

  it('brings records that the target refuses to the sink error topic', async () => {
    const invoker = new ScriptedInvoker([
      perRecord((offset) => (offset === 1 ? { status: 'errant', code: 'REFUSED' } : { status: 'written' })),
    ]);
    const { pipeline, clock, sink, framework } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2]), clock.now());
    await settle();
    expect([sink.offsets, framework.offsets]).toEqual([[1], []]);
    expect(pipeline.toCommit).toMatchObject({ offset: 3 });
  });

  it('drops tombstones when the user says so, and counts them', async () => {
    const { pipeline, clock, ledger, balanced } = setUp({ nullValues: 'ignore' });
    pipeline.accept(
      blockAt([0, 1, 2, 3], (offset) => (offset === 1 ? null : Buffer.from('v'))),
      clock.now(),
    );
    await settle();
    expect([ledger.dropped, ledger.written, balanced()]).toEqual([1, 3, true]);
    expect(pipeline.toCommit).toMatchObject({ offset: 4 });
  });

  describe('with errors.policy=stop', () => {
    it('stops at a record it cannot convert: what is before is written, nothing after', async () => {
      const { pipeline, clock, ledger, framework, invoker } = setUp({ errorsPolicy: 'stop' });
      pipeline.accept(
        blockAt([0, 1, 2, 3, 4], (offset) => (offset === 2 ? NOT_UTF8 : Buffer.from('v'))),
        clock.now(),
      );
      await clock.advance(2_000);
      pipeline.tick(clock.now());
      await settle();
      expect((invoker as ScriptedInvoker).calls).toEqual([[0, 1]]);
      expect(framework.offsets).toEqual([]);
      expect(pipeline.stoppedAt).toEqual({ offset: 2, code: 'VALUE_NOT_UTF8' });
      expect(pipeline.pausedReason).toBe('stopped');
      expect(pipeline.toCommit).toMatchObject({
        topic: 'orders',
        partition: 0,
        offset: 2,
        metadata: stopMark({ offset: 2, code: 'VALUE_NOT_UTF8' }),
      });
      expect(ledger.written).toBe(2);
    });

    it('commits its mark even when the very first record is the bad one', async () => {
      const { pipeline, clock } = setUp({ errorsPolicy: 'stop' });
      pipeline.accept(
        blockAt([0, 1], () => NOT_UTF8),
        clock.now(),
      );
      expect(pipeline.toCommit).toMatchObject({
        offset: 0,
        metadata: stopMark({ offset: 0, code: 'VALUE_NOT_UTF8' }),
      });
    });

    it('stops at a record that the target refuses', async () => {
      const invoker = new ScriptedInvoker([
        perRecord((offset) => (offset === 1 ? { status: 'errant', code: 'REFUSED' } : { status: 'written' })),
      ]);
      const { pipeline, clock, sink, failures } = setUp({ invoker, errorsPolicy: 'stop' });
      pipeline.accept(blockAt([0, 1, 2, 3, 4, 5]), clock.now());
      await settle();
      expect(pipeline.toCommit).toMatchObject({ offset: 1, metadata: stopMark({ offset: 1, code: 'REFUSED' }) });
      expect([sink.offsets, failures, invoker.calls.length]).toEqual([[], [], 1]);
    });

    it('sends what is before the record without waiting for its age, and waits for a person only then', async () => {
      let release: (outcome: BatchOutcome) => void = () => undefined;
      const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve))]);
      const { pipeline, clock } = setUp({ invoker, errorsPolicy: 'stop' });
      pipeline.flushAt = 1_000;
      pipeline.accept(
        blockAt([0, 1, 2], (offset) => (offset === 2 ? NOT_UTF8 : Buffer.from('v'))),
        clock.now(),
      );
      pipeline.progressed(3, 1_000);
      await settle();
      expect(invoker.calls).toEqual([[0, 1]]);
      expect(pipeline.waitsForPersonAt).toBeUndefined();
      release({ all: 'written', count: 2 });
      await settle();
      expect(pipeline.waitsForPersonAt).toEqual({ offset: 2, code: 'VALUE_NOT_UTF8' });
    });

    it('gives back the memory of batches behind the record', async () => {
      const invoker = new ScriptedInvoker([
        perRecord((offset) => (offset === 1 ? { status: 'errant', code: 'REFUSED' } : { status: 'written' })),
      ]);
      const { pipeline, clock, budget } = setUp({ invoker, errorsPolicy: 'stop' });
      pipeline.accept(blockAt([0, 1, 2, 3, 4]), clock.now());
      await settle();
      await clock.advance(2_000);
      pipeline.tick(clock.now());
      await settle();
      expect([pipeline.openBytes, pipeline.pendingBytes, budget.usedBytes]).toEqual([0, 0, 0]);
    });

    it('sends what is before a refused record again until it is written, and nothing after it', async () => {
      const invoker = new ScriptedInvoker([
        perRecord((offset) =>
          offset === 1 ? { status: 'errant', code: 'REFUSED' } : { status: 'retry', code: 'BUSY' },
        ),
        allWritten,
      ]);
      const { pipeline, clock } = setUp({ invoker, errorsPolicy: 'stop' });
      pipeline.accept(blockAt([0, 1, 2]), clock.now());
      await settle();
      expect(pipeline.waitsForPersonAt).toBeUndefined();
      await clock.advance(60_000);
      expect(invoker.calls).toEqual([[0, 1, 2], [0]]);
      expect(pipeline.toCommit).toMatchObject({ offset: 1 });
      expect(pipeline.waitsForPersonAt).toMatchObject({ offset: 1 });
    });

    it('stays stopped for the next owner, who finishes what is before', async () => {
      const metadata = stopMark({ offset: 2, code: 'X' });
      const { pipeline, clock, invoker } = setUp({ errorsPolicy: 'stop', metadata });
      expect(pipeline.pausedReason).toBeUndefined();
      pipeline.accept(blockAt([0, 1, 2, 3]), clock.now());
      await clock.advance(2_000);
      pipeline.tick(clock.now());
      await settle();
      expect((invoker as ScriptedInvoker).calls).toEqual([[0, 1]]);
      expect(pipeline.toCommit).toMatchObject({ offset: 2, metadata });
      expect(pipeline.pausedReason).toBe('stopped');
    });

    it('reads nothing when the last owner stopped right here', () => {
      const { pipeline, calls } = setUp({ position: 2, metadata: stopMark({ offset: 2, code: 'X' }) });
      expect(calls).toEqual(['pause']);
      expect(pipeline.stoppedAt).toMatchObject({ offset: 2 });
    });

    it('goes on, and lifts the mark, when a person resumes it', () => {
      const { pipeline, calls } = setUp({
        position: 2,
        metadata: stopMark({ offset: 2, code: 'X' }),
        resumeStopped: true,
      });
      expect(calls).toEqual([]);
      expect(pipeline.toCommit).toMatchObject({ offset: 2, metadata: '' });
    });
  });

  it('hands back what is open when it is fenced, and acks what was under way', async () => {
    let release: (outcome: BatchOutcome) => void = () => undefined;
    const invoker = new ScriptedInvoker([() => new Promise((resolve) => (release = resolve))]);
    const { pipeline, clock, ledger, budget, balanced } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2, 3, 4]), clock.now());
    await settle();
    pipeline.fence();
    pipeline.accept(blockAt([5, 6]), clock.now());
    release({ all: 'written', count: 3 });
    await pipeline.drained();
    expect(pipeline.toCommit).toMatchObject({ offset: 3 });
    pipeline.release();
    expect([ledger.polled, ledger.written, ledger.released, balanced()]).toEqual([5, 3, 2, true]);
    expect(pipeline.toCommit).toBeUndefined();
    expect(budget.usedBytes).toBe(0);
  });

  it('does not wait for a target that is down when it is fenced', async () => {
    const invoker = new ScriptedInvoker([throwing(new RetriableError('TARGET_UNREACHABLE', 'refused'))]);
    const { pipeline, clock, failures } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2]), clock.now());
    await settle();
    pipeline.fence();
    await pipeline.drained();
    expect(pipeline.toCommit).toBeUndefined();
    expect(failures).toEqual([]);
  });

  it('acks what the error topic confirms after the fence', async () => {
    const { pipeline, clock, framework } = setUp();
    let confirm: () => void = () => undefined;
    framework.report = () => new Promise((resolve) => (confirm = resolve));
    pipeline.accept(
      blockAt([0], () => NOT_UTF8),
      clock.now(),
    );
    await settle();
    pipeline.fence();
    confirm();
    await pipeline.drained();
    expect(pipeline.toCommit).toMatchObject({ offset: 1 });
  });

  it('gives up an attempt that hangs when it is aborted', async () => {
    const invoker = new ScriptedInvoker([
      (_batch, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    ]);
    const { pipeline, clock, budget, ledger } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2]), clock.now());
    await settle();
    pipeline.release();
    await pipeline.drained();
    expect([budget.usedBytes, ledger.released]).toEqual([0, 3]);
  });

  it('closes open batches when the position reaches the goal', async () => {
    const { pipeline, clock, ledger } = setUp();
    pipeline.flushAt = 2;
    pipeline.accept(blockAt([0, 1]), clock.now());
    pipeline.progressed(2, 2);
    await settle();
    expect(ledger.written).toBe(2);
  });

  it('tells its task of a failure that no retry helps', async () => {
    const invoker = new ScriptedInvoker([() => ({ all: 'written', count: 99 })]);
    const { pipeline, clock, failures } = setUp({ invoker });
    pipeline.accept(blockAt([0, 1, 2]), clock.now());
    await settle();
    expect(failures).toMatchObject([{ code: 'ANSWER_INCOMPLETE' }]);
    expect(pipeline.toCommit).toBeUndefined();
  });
});
