import type { DeliveryDeps, DeliveryEvents, RefusedRecord } from '../../functions/dispatcher/delivery.ts';
import type { InvokeContext, Invoker } from '../../functions/dispatcher/invokers/invoker.ts';
import { MemoryBudget } from '../../functions/dispatcher/memory/memory-budget.ts';
import { workerMemory } from '../../functions/dispatcher/memory/worker-memory.ts';
import { Metrics } from '../../functions/dispatcher/metrics.ts';
import type { PipelineDeps } from '../../functions/dispatcher/pipeline-contract.ts';
import { BlockBuilder } from '../../shared/envelope/block-builder.ts';
import { PLAIN_ENVELOPE } from '../../shared/envelope/encode.ts';
import { silentLogger } from '../../shared/logger.ts';
import type { BatchOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../shared/records.ts';
import type { ManualClock } from './manual-clock.ts';

/** A block of `orders-0` with records at `offsets`, value `v<offset>`. */
export function blockAt(
  offsets: readonly number[],
  value = (offset: number): Buffer | null => Buffer.from(`v${offset}`),
): RecordBlock {
  const builder = new BlockBuilder({ topic: 'orders', partition: 0 });
  for (const offset of offsets) {
    builder.add({
      offset,
      timestamp: 1_700_000_000_000 + offset,
      key: Buffer.from(`k${offset}`),
      value: value(offset),
    });
  }
  return builder.build();
}

function offsetsOf(batch: RecordBatch): number[] {
  return batch.segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, i) => offsetAt(block, from + i)),
  );
}

type Reply = (batch: RecordBatch, context: InvokeContext) => Promise<BatchOutcome> | BatchOutcome;

/** An invoker that plays the given replies one after another; the last one stays. */
export class ScriptedInvoker implements Invoker {
  readonly calls: number[][] = [];

  constructor(private readonly replies: readonly Reply[]) {}

  async invoke(batch: RecordBatch, context: InvokeContext): Promise<BatchOutcome> {
    const reply = this.replies[Math.min(this.calls.length, this.replies.length - 1)];
    this.calls.push(offsetsOf(batch));
    if (reply === undefined) throw new Error('no reply in the script');
    return await reply(batch, context);
  }

  async close(): Promise<void> {
    this.calls.length = 0;
  }
}

export const allWritten: Reply = (batch) => ({ all: 'written', count: batch.count });

export function throwing(error: Error): Reply {
  return () => {
    throw error;
  };
}

/** Answers each record by its offset. */
export function perRecord(
  answer: (offset: number) => {
    status: 'written' | 'dropped' | 'errant' | 'retry';
    code?: string;
    retryAfterMs?: number;
  },
): Reply {
  return (batch) => ({
    outcomes: offsetsOf(batch).map((offset) => ({
      topic: batch.topic,
      partition: batch.partition,
      offset,
      ...answer(offset),
    })),
  });
}

export function deliveryDeps(
  invoker: Invoker,
  clock: ManualClock,
  rules: Partial<DeliveryDeps['rules']> = {},
): DeliveryDeps & { retried: string[] } {
  const retried: string[] = [];
  return {
    invoker,
    invokeTimeoutMs: 60_000,
    rules: { baseMs: 100, maxMs: 30_000, timeoutMs: -1, retries: 2, userFunction: false, ...rules },
    clock,
    random: () => 0.999_999_999,
    logger: silentLogger,
    metrics: { invoked: () => undefined, retried: (reason) => retried.push(reason) },
    retried,
  };
}

/** Deps of a pipeline that takes anything, writes to `invoker` and has error topics that always work. */
export function pipelineDepsForTests(
  invoker: Invoker,
  clock: ManualClock,
  overrides: Partial<PipelineDeps> = {},
): PipelineDeps {
  return {
    delivery: deliveryDeps(invoker, clock),
    intake: {
      keyConverter: 'string',
      valueConverter: 'string',
      nullValues: 'write',
      overflowPolicy: 'error-topic',
      invokeMaxBytes: 100_000,
      envelope: PLAIN_ENVELOPE,
    },
    limits: { maxRecords: 3, maxBytes: 50_000, lingerMs: 1_000, maxOpenWindows: 8 },
    maxInFlight: 1,
    windowOf: undefined,
    guarantee: 'at-least-once',
    phases: undefined,
    errorsPolicy: 'continue',
    frameworkErrors: { report: async () => undefined },
    sinkErrors: { report: async () => undefined },
    memory: workerMemory(1_000_000).intake,
    connector: 'c',
    metrics: new Metrics(new MemoryBudget(0)).task('c', 0, 'oss-sink'),
    logger: silentLogger,
    ...overrides,
  };
}

/** Notes what delivery reports. */
export class EventLog implements DeliveryEvents {
  readonly acked = new Map<number, string>();
  readonly waits: (string | undefined)[] = [];

  written(batch: RecordBatch): void {
    for (const offset of offsetsOf(batch)) this.acked.set(offset, 'written');
  }

  settled(offset: number, status: 'written' | 'dropped'): void {
    this.acked.set(offset, status);
  }

  async errant(records: readonly RefusedRecord[]): Promise<undefined> {
    for (const { offset, reason } of records) this.acked.set(offset, `errant:${reason.code}`);
  }

  waiting(reason: string | undefined): void {
    this.waits.push(reason);
  }
}
