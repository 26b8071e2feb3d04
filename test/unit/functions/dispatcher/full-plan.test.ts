import { describe, expect, it } from 'vitest';
import { Ledger } from '../../../../functions/dispatcher/ledger.ts';
import { workerMemory } from '../../../../functions/dispatcher/memory/worker-memory.ts';
import { PartitionPipeline } from '../../../../functions/dispatcher/partition-pipeline.ts';
import { BlockBuilder } from '../../../../shared/envelope/block-builder.ts';
import { keyAt } from '../../../../shared/records.ts';
import { allWritten, pipelineDepsForTests, ScriptedInvoker } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const START = 1_000_000;
const END = START + 1_000;

/** Every second record is of one window, the others are of a window each: their batches fill the plan. */
function block(from: number, to: number) {
  const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
  for (let offset = from; offset < to; offset++) {
    const key = Buffer.from(offset % 2 === 0 ? 'hot' : `cold${offset}`);
    builder.add({ offset, timestamp: 0, key, value: Buffer.from('v') });
  }
  return builder.build();
}

describe('a full plan', () => {
  // The last owner planned a long range in one fetch; this one gets less at a time, and batches in between find no room.
  it.each([
    ['the same fetch', 1_000, 1_000_000_000],
    ['smaller fetches', 100, 1_000_000_000],
    ['smaller fetches, and memory is short', 100, 1_000],
  ])('is read on until what holds the commit back is complete: %s', async (_, size, memoryBytes) => {
    const clock = new ManualClock();
    let broker = { offset: START, metadata: '' };
    const owner = (invoker: ScriptedInvoker, bytes: number) => {
      const memory = workerMemory(bytes);
      // Nothing is freed: what other connectors hold.
      memory.budget.take(2_000);
      const deps = pipelineDepsForTests(invoker, clock, {
        guarantee: 'exactly-once',
        maxInFlight: 4,
        windowOf: (records, index) => String(keyAt(records, index)),
        limits: { maxRecords: 10_000, maxBytes: 5_000_000, lingerMs: 60_000, maxOpenWindows: 8 },
        memory: memory.intake,
      });
      const nothing = () => undefined;
      const failed = (error: Error) => {
        throw error;
      };
      const host = { pause: nothing, resume: nothing, settled: nothing, commitWanted: nothing, failed };
      const place = { topic: 'orders', partition: 0, position: broker.offset, metadata: broker.metadata };
      return new PartitionPipeline(place, false, new Ledger(), deps, host);
    };
    const commit = (pipeline: PartitionPipeline) => {
      const entry = pipeline.toCommit;
      if (entry === undefined) return;
      expect(Buffer.byteLength(entry.metadata)).toBeLessThanOrEqual(4_096);
      broker = { offset: entry.offset, metadata: entry.metadata };
      pipeline.committed(entry);
    };

    const killed = owner(new ScriptedInvoker([() => new Promise(() => undefined)]), 1_000_000_000);
    killed.accept(block(START, END), 0);
    commit(killed);
    killed.release();

    const invoker = new ScriptedInvoker([allWritten]);
    const next = owner(invoker, memoryBytes);
    let position = START;
    for (let step = 0; step < 3_000 && broker.offset < END; step++) {
      if (position < END && next.pausedReason === undefined) {
        const to = Math.min(END, position + size);
        next.accept(block(position, to), clock.now());
        position = to;
        next.progressed(position, END);
      }
      commit(next);
      await settle();
      await clock.advance(position < END ? 0 : 60_000);
      next.tick(clock.now());
    }
    expect([position, broker.offset]).toEqual([END, END]);
    const written = invoker.calls.flat().sort((a, b) => a - b);
    expect(written).toEqual(Array.from({ length: 1_000 }, (_, i) => START + i));
  });

  it('asks for the commit of a batch that memory closed', () => {
    let asked = 0;
    const deps = pipelineDepsForTests(new ScriptedInvoker([allWritten]), new ManualClock(), {
      guarantee: 'exactly-once',
      limits: { maxRecords: 10_000, maxBytes: 5_000_000, lingerMs: 60_000, maxOpenWindows: 8 },
    });
    const nothing = () => undefined;
    const commitWanted = () => asked++;
    const host = { pause: nothing, resume: nothing, settled: nothing, commitWanted, failed: nothing };
    const place = { topic: 'orders', partition: 0, position: START, metadata: '' };
    const pipeline = new PartitionPipeline(place, false, new Ledger(), deps, host);
    pipeline.accept(block(START, END), 0);
    expect(asked).toBe(0);
    expect(pipeline.closeLargest()).toBe(true);
    // Nothing is sent before its plan is committed, and nobody else would ask for that soon.
    expect(asked).toBe(1);
  });

  it('is the reason of the pause, until what is done leaves it', async () => {
    const clock = new ManualClock();
    const invoker = new ScriptedInvoker([allWritten]);
    const deps = pipelineDepsForTests(invoker, clock, {
      guarantee: 'exactly-once',
      windowOf: (records, index) => String(keyAt(records, index)),
    });
    const nothing = () => undefined;
    const host = { pause: nothing, resume: nothing, settled: nothing, commitWanted: nothing, failed: nothing };
    const place = { topic: 'orders', partition: 0, position: START, metadata: '' };
    const pipeline = new PartitionPipeline(place, false, new Ledger(), deps, host);
    pipeline.accept(block(START, END), clock.now());
    const reasons = [];
    for (let step = 0; step < 2_000 && pipeline.pausedReason !== undefined; step++) {
      reasons.push(pipeline.pausedReason);
      const commit = pipeline.toCommit;
      // Only a commit makes room: it is waited for.
      if (pipeline.pausedReason === 'plan' && commit !== undefined) expect(pipeline.awaitsCommit).toBe(true);
      if (commit !== undefined) pipeline.committed(commit);
      await settle();
    }
    // Once all are planned, some still wait for their turn.
    expect([...new Set(reasons)]).toEqual(['plan', 'backpressure']);
  });
});
