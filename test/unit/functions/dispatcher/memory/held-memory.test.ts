/** Memory that is free is written over at once here: whoever still reads it shows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invoker } from '../../../../../functions/dispatcher/invokers/invoker.ts';
import { Ledger } from '../../../../../functions/dispatcher/ledger.ts';
import { workerMemory } from '../../../../../functions/dispatcher/memory/worker-memory.ts';
import { PartitionPipeline } from '../../../../../functions/dispatcher/partition-pipeline.ts';
import { RetriableError } from '../../../../../shared/errors.ts';
import { type RecordBatch, type RecordBlock, recordAt, recordsOf } from '../../../../../shared/records.ts';
import { blockAt, pipelineDepsForTests } from '../../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const POISON = 0xdb;

const answer = fc.constantFrom('written', 'errant', 'retry', 'down', 'some errant', 'stop');
const step = fc.constantFrom('read', 'read', 'read', 'tick', 'answer', 'answer', 'close');

function setUp(answers: readonly string[], errorsPolicy: 'continue' | 'stop') {
  const clock = new ManualClock();
  const memory = workerMemory(100_000);
  const misread: string[] = [];
  const check = (value: Buffer | null, offset: number) => {
    if (value !== null && String(value) !== `v${offset}`) misread.push(`${offset}: ${value}`);
  };
  const waiting: (() => void)[] = [];
  let calls = 0;
  const write = async (batch: RecordBatch) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    for (const { value, offset } of recordsOf(batch)) check(value, offset);
    const how = answers[calls++ % answers.length] ?? 'written';
    if (how === 'down') throw new RetriableError('TARGET_UNREACHABLE', 'down');
    const outcomes = [...recordsOf(batch)].map(({ topic, partition, offset }, i) => {
      const status = how === 'some errant' ? (i % 2 === 0 ? 'errant' : 'written') : how === 'stop' ? 'written' : how;
      return { topic, partition, offset, status: status as 'written' | 'errant' | 'retry' };
    });
    return { outcomes };
  };
  // As a sink in this process: given up it is not waited for, and goes on reading.
  const invoker: Invoker = {
    invoke: (batch, { signal }) => {
      const givenUp = new Promise<never>((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
      return Promise.race([write(batch), givenUp]);
    },
    close: async () => undefined,
  };
  const report = async (records: readonly { readonly block: RecordBlock; readonly index: number }[]) => {
    await settle();
    for (const { block, index } of records) check(recordAt(block, index).value, recordAt(block, index).offset);
  };
  const deps = pipelineDepsForTests(invoker, clock, {
    memory: memory.intake,
    maxInFlight: 2,
    errorsPolicy,
    frameworkErrors: { report },
    sinkErrors: { report },
  });
  const host = {
    pause: () => undefined,
    resume: () => undefined,
    settled: () => undefined,
    commitWanted: () => undefined,
    failed: () => undefined,
  };
  const pipeline = new PartitionPipeline(
    { topic: 'orders', partition: 0, position: 0, metadata: '' },
    false,
    new Ledger(),
    deps,
    host,
  );
  let next = 0;
  const read = () => {
    const block = blockAt([next, next + 1, next + 2]);
    next += 3;
    const frame = memory.budget.take(1_000, (clean) => {
      if (clean) block.bytes.fill(POISON);
    });
    pipeline.accept({ ...block, memory: frame }, clock.now());
    frame.release();
  };
  return { pipeline, memory, clock, waiting, misread, read };
}

describe('memory of records', () => {
  it('is held while anybody reads it, and free when all is settled or handed back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(answer, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 30 }),
        fc.constantFrom('continue' as const, 'stop' as const),
        fc.boolean(),
        async (answers, steps, errorsPolicy, drains) => {
          const { pipeline, memory, clock, waiting, misread, read } = setUp(answers, errorsPolicy);
          for (const what of steps) {
            if (what === 'read') read();
            else if (what === 'answer') waiting.shift()?.();
            else if (what === 'close') pipeline.closeLargest();
            else {
              await clock.advance(1_000);
              pipeline.tick(clock.now());
            }
            await settle();
            expect(memory.budget.usedBytes).toBeGreaterThanOrEqual(pipeline.openBytes > 0 ? 1_000 : 0);
          }
          pipeline.fence();
          if (!drains) pipeline.release();
          for (let round = 0; round < 50; round++) {
            for (const go of waiting.splice(0)) go();
            await clock.advance(60_000);
            await settle();
          }
          await pipeline.drained();
          pipeline.release();
          expect(misread).toEqual([]);
          expect(memory.budget.usedBytes).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });
});
