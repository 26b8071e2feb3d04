/** A user's function that fails some records, and deliveries to it. */
import { expect } from 'vitest';
import { deliver } from '../../functions/dispatcher/delivery.ts';
import type { Evidence } from '../../functions/dispatcher/evidence.ts';
import type { Invoker } from '../../functions/dispatcher/invokers/invoker.ts';
import { batchOf } from '../../shared/envelope/block-builder.ts';
import { FunctionFailure, FunctionTimeout, RetriableError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import type { BatchOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import { blockAt, deliveryDeps, EventLog } from './dispatcher.ts';
import { ManualClock, settle } from './manual-clock.ts';
import { offsets, offsetsOf } from './records.ts';

/** How a function fails, and how a target is not there. */
export const threw = () => new FunctionFailure('FUNCTION_FAILED', 'the function threw TypeError');
export const silent = () => new FunctionTimeout('INVOKE_TIMEOUT', 'no answer');
export const refused = () => new RetriableError('TARGET_UNREACHABLE', 'refused');
/** More than any wait. */
export const DAY_MS = 86_400_000;

/** A user's function: fails every batch in which `failure` finds something, and takes the others. */
export class PickyFunction implements Invoker {
  readonly calls: number[][] = [];
  readonly times: number[] = [];

  constructor(
    private readonly failure: (offsets: readonly number[], call: number) => Error | BatchOutcome | undefined,
    private readonly clock?: ManualClock,
  ) {}

  async invoke(batch: RecordBatch): Promise<BatchOutcome> {
    const sent = offsetsOf(batch);
    this.calls.push(sent);
    this.times.push(this.clock?.now() ?? 0);
    const answer = this.failure(sent, this.calls.length);
    if (answer instanceof Error) throw answer;
    return answer ?? { all: 'written', count: batch.count };
  }

  async close(): Promise<void> {
    this.calls.length = 0;
  }
}

/** Fails what holds one of `bad`. */
export function failsWith(bad: readonly number[], error: () => Error) {
  return (sent: readonly number[]) => (sent.some((offset) => bad.includes(offset)) ? error() : undefined);
}

interface Line {
  readonly level: string;
  readonly fields: Record<string, unknown>;
  readonly text: string;
}

function loggerTo(lines: Line[]): Logger {
  const at = (level: string) => (fields: object, text: string) =>
    void lines.push({ level, fields: { ...fields }, text });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => logger,
  };
  return logger;
}

interface Given {
  readonly rules?: object;
  readonly events?: EventLog;
  readonly evidence?: Evidence;
  readonly batch?: RecordBatch;
}

/** Begins to deliver records 0 to `count`, to a function of the user's own. */
export function start(
  fn: Invoker,
  count: number,
  { rules = {}, events = new EventLog(), evidence, batch }: Given = {},
) {
  const clock = new ManualClock();
  const lines: Line[] = [];
  const deps = { ...deliveryDeps(fn, clock, { userFunction: true, ...rules }), logger: loggerTo(lines) };
  const fence = new AbortController();
  const signals = { retry: fence.signal, invoke: new AbortController().signal };
  const outcome = deliver(batch ?? batchOf(blockAt(offsets(0, count))), events, deps, signals, evidence).then(
    () => 'done',
    (error: unknown) => error,
  );
  return { clock, events, outcome, lines, deps, fence };
}

/** Runs to the end, however long its waits are. */
export async function finished(fn: Invoker, count: number, given: Given = {}) {
  const run = start(fn, count, given);
  await settle();
  for (let i = 0; i < 50 && run.clock.waiting > 0; i++) await run.clock.advance(DAY_MS);
  expect(await run.outcome).toBe('done');
  return run;
}

/** Offsets that went to the error topic. */
export function errantOffsets(events: EventLog): number[] {
  return [...events.acked].filter(([, status]) => status.startsWith('errant')).map(([offset]) => offset);
}
