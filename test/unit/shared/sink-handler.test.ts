import { describe, expect, it } from 'vitest';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import type { ErrantRecord, ErrantReporter } from '../../../shared/errant.ts';
import { FatalError, RecordError, RetriableError } from '../../../shared/errors.ts';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import type { BatchOutcome, OutcomeStatus, RecordOutcome } from '../../../shared/outcomes.ts';
import { offsetAt, type RecordBatch, valueAt } from '../../../shared/records.ts';
import type { WriteContext } from '../../../shared/sink.ts';
import { createSinkHandler, type SinkHandlerOptions } from '../../../shared/sink-handler.ts';
import { ManualClock, settle } from '../../helpers/manual-clock.ts';
import { batchOfRecords, offsetsOf, type ShortRecord } from '../../helpers/records.ts';

type Write = (batch: RecordBatch, context: WriteContext) => Promise<BatchOutcome>;

const writeAll: Write = async (batch) => ({ all: 'written', count: batch.count });

/** Answers each record with the status given for its offset, `written` by default. */
function writeWith(statuses: Record<number, OutcomeStatus>): Write {
  return async (batch) => ({
    outcomes: offsetsOf(batch).map((offset) => outcome(offset, statuses[offset] ?? 'written')),
  });
}

function outcome(offset: number, status: OutcomeStatus, more: object = {}): RecordOutcome {
  const reason = status === 'errant' || status === 'retry' ? { code: 'SOME_CODE', message: 'some reason' } : {};
  return { topic: 'orders', partition: 0, offset, status, ...reason, ...more };
}

/** A reporter that keeps what it is given. */
class KeepingReporter implements ErrantReporter {
  readonly reported: ErrantRecord[] = [];

  async report(records: readonly ErrantRecord[]): Promise<void> {
    this.reported.push(...records);
  }
}

function handlerOf(write: Write, options: Partial<SinkHandlerOptions> = {}) {
  const clock = new ManualClock();
  const written: number[][] = [];
  const writer = {
    write: (batch: RecordBatch, context: WriteContext) => {
      written.push(offsetsOf(batch));
      return write(batch, context);
    },
    close: async () => undefined,
  };
  const handler = createSinkHandler({
    writer,
    keyConverter: 'string',
    valueConverter: 'string',
    invocationSource: 'auto',
    clock,
    logger: silentLogger,
    reserveMs: 2_000,
    ...options,
  });
  return { handler, clock, written };
}

function envelope(records: (number | ShortRecord)[], partition = 0): Buffer {
  return encodeEnvelope(batchOfRecords(records, { partition }), PLAIN_ENVELOPE);
}

/** Both envelopes as one event. */
function joined(...events: Buffer[]): string {
  return JSON.stringify(events.flatMap((event) => JSON.parse(event.toString()) as unknown[]));
}

/** What a native trigger sends: no `valueSize`, no `overflowFlag`. */
function native(...offsets: number[]): object[] {
  return offsets.map((offset) => ({ topic: 'orders', partition: 0, offset, timestamp: 1, value: `v${offset}` }));
}

describe('a handler whose answer is read', () => {
  it('answers "all written" with the count over all partitions', async () => {
    const { handler, written } = handlerOf(writeAll);
    expect(await handler(joined(envelope([1, 2]), envelope([7], 1)))).toEqual({ version: 1, all: 'written', count: 3 });
    expect(written).toEqual([[1, 2], [7]]);
    expect(await handler('[]')).toEqual({ version: 1, all: 'written', count: 0 });
  });

  it('answers one outcome a record when any is not written', async () => {
    const { handler } = handlerOf(writeWith({ 2: 'errant', 3: 'dropped' }));
    expect(await handler(envelope([1, 2, 3]))).toEqual({
      version: 1,
      outcomes: [outcome(1, 'written'), outcome(2, 'errant'), outcome(3, 'dropped')],
    });
  });

  it('answers retry for the partition whose target failed and written for the other', async () => {
    const failing: Write = async (batch) => {
      if (batch.partition === 1) throw new RetriableError('OSS_THROTTLED', 'slow down', { retryAfterMs: 700 });
      return { all: 'written', count: batch.count };
    };
    const { handler, written } = handlerOf(failing);
    const retry = {
      topic: 'orders',
      partition: 1,
      status: 'retry',
      code: 'OSS_THROTTLED',
      message: 'slow down',
      retryAfterMs: 700,
    };
    expect(await handler(joined(envelope([7, 8], 1), envelope([1])))).toEqual({
      version: 1,
      outcomes: [{ ...retry, offset: 7 }, { ...retry, offset: 8 }, outcome(1, 'written')],
    });
    expect(written).toEqual([[7, 8], [1]]);
  });

  it('answers fatal when no retry helps, and writes nothing further', async () => {
    const { handler, written } = handlerOf(async () => {
      throw new FatalError('OSS_BUCKET_MISSING', 'no such bucket');
    });
    const fatal = { code: 'OSS_BUCKET_MISSING', message: 'no such bucket' };
    expect(await handler(joined(envelope([1]), envelope([1], 1)))).toEqual({ version: 1, fatal });
    expect(written).toEqual([[1]]);
  });

  it('answers that the cause may heal', async () => {
    const { handler } = handlerOf(async () => {
      throw new FatalError('OSS_BUCKET_MISSING', 'no such bucket', { mayHeal: true });
    });
    const fatal = { code: 'OSS_BUCKET_MISSING', message: 'no such bucket', mayHeal: true };
    expect(await handler(envelope([1]))).toEqual({ version: 1, fatal });
  });

  it.each([
    ['an error of no known class', new TypeError('boom')],
    ['something that is no error', 'boom'],
    ['a record error for a whole batch', new RecordError('X', 'boom')],
  ])('answers fatal UNCLASSIFIED for %s', async (_name, thrown) => {
    const { handler } = handlerOf(() => Promise.reject(thrown));
    expect(await handler(envelope([1]))).toEqual({
      version: 1,
      fatal: { code: 'UNCLASSIFIED', message: 'unexpected: boom' },
    });
  });

  it.each<[string, BatchOutcome]>([
    ['a wrong count', { all: 'written', count: 1 }],
    ['a missing record', { outcomes: [outcome(1, 'written')] }],
  ])('answers fatal when its own writer gives %s', async (_name, given) => {
    const { handler } = handlerOf(async () => given);
    expect(await handler(envelope([1, 2]))).toMatchObject({ fatal: { code: 'ANSWER_INCOMPLETE' } });
  });

  it('answers errant for what its converters refuse and writes the rest', async () => {
    const event = JSON.parse(envelope([1, 2, 3]).toString());
    event[1] = { ...event[1], value: '/w==', valueEncoding: 'base64' };
    const { handler, written } = handlerOf(writeAll);
    const answer = await handler(event);
    expect(written).toEqual([[1, 3]]);
    expect('outcomes' in answer && answer.outcomes.map(({ offset, status, code }) => [offset, status, code])).toEqual([
      [2, 'errant', 'VALUE_NOT_UTF8'],
      [1, 'written', undefined],
      [3, 'written', undefined],
    ]);
    expect(await handler([event[1]])).toMatchObject({ outcomes: [{ offset: 2, status: 'errant' }] });
    expect(written).toHaveLength(1);
  });

  it('takes the same bytes when the converter says so', async () => {
    const { handler } = handlerOf(writeAll, { valueConverter: 'bytes' });
    const event = { ...JSON.parse(envelope([1]).toString())[0], value: '/w==', valueEncoding: 'base64' };
    expect(await handler(event)).toEqual({ version: 1, all: 'written', count: 1 });
  });

  it.each([
    [undefined, 'written', [0, 1]],
    ['delete', 'written', [0, 1]],
    ['ignore', 'dropped', [0]],
    ['error-topic', 'errant', [0]],
  ] as const)('under behavior.on.null.values=%s answers %s for a tombstone', async (nullValues, status, written) => {
    const { handler, written: batches } = handlerOf(writeWith({}), { nullValues });
    const batch = batchOfRecords([0, { offset: 1, value: null }]);
    const answer = await handler(encodeEnvelope(batch, PLAIN_ENVELOPE));
    expect(batches).toEqual([written]);
    const outcomes = 'outcomes' in answer ? answer.outcomes : [];
    if (status === 'written') expect(answer).toMatchObject({ all: 'written', count: 2 });
    else expect(outcomes).toContainEqual(expect.objectContaining({ offset: 1, status }));
  });

  it('does not report errant records itself, for the dispatcher does', async () => {
    const errantReporter = new KeepingReporter();
    const { handler } = handlerOf(writeWith({ 1: 'errant' }), { errantReporter, invocationSource: 'dispatcher' });
    expect(await handler(native(1))).toMatchObject({ outcomes: [{ status: 'errant' }] });
    expect(errantReporter.reported).toEqual([]);
  });

  it('answers fatal for garbage when a dispatcher is declared', async () => {
    const { handler } = handlerOf(writeAll, { invocationSource: 'dispatcher' });
    expect(await handler('garbage')).toMatchObject({ version: 1, fatal: { code: 'EVENT_INVALID' } });
  });
});

describe('a handler whose answer nobody reads', () => {
  it.each([
    ['platform', envelope([1, 2])],
    ['platform', native(1, 2)],
    ['auto', native(1, 2)],
  ] as const)('succeeds when all is written or dropped (%s)', async (invocationSource, event) => {
    const { handler } = handlerOf(writeWith({ 2: 'dropped' }), { invocationSource });
    expect(await handler(event)).toEqual({ version: 1, outcomes: [outcome(1, 'written'), outcome(2, 'dropped')] });
  });

  it.each([
    ['platform', envelope([1, 2])],
    ['auto', native(1, 2)],
  ] as const)('throws for a retry, before it reports anything (%s)', async (invocationSource, event) => {
    const errantReporter = new KeepingReporter();
    const { handler } = handlerOf(writeWith({ 1: 'errant', 2: 'retry' }), { invocationSource, errantReporter });
    await expect(handler(event)).rejects.toThrow(
      expect.objectContaining({
        name: 'RetriableError',
        code: 'SOME_CODE',
        message: expect.stringContaining('orders-0 offset 2'),
      }),
    );
    expect(errantReporter.reported).toEqual([]);
  });

  it('throws when the target fails and passes the wait on', async () => {
    const { handler } = handlerOf(() =>
      Promise.reject(new RetriableError('OSS_THROTTLED', 'slow', { retryAfterMs: 9 })),
    );
    await expect(handler(native(1))).rejects.toThrow(
      expect.objectContaining({ code: 'OSS_THROTTLED', retryAfterMs: 9 }),
    );
  });

  it('throws the fatal error itself', async () => {
    const fatal = new FatalError('OSS_BUCKET_MISSING', 'no such bucket');
    const { handler } = handlerOf(() => Promise.reject(fatal));
    await expect(handler(native(1))).rejects.toBe(fatal);
  });

  it('throws UNCLASSIFIED with its cause', async () => {
    const cause = new TypeError('boom');
    const { handler } = handlerOf(() => Promise.reject(cause), { invocationSource: 'platform' });
    await expect(handler(envelope([1]))).rejects.toThrow(expect.objectContaining({ code: 'UNCLASSIFIED', cause }));
  });

  it.each(['auto', 'platform'] as const)('throws for garbage (%s)', async (invocationSource) => {
    const { handler, written } = handlerOf(writeAll, { invocationSource });
    await expect(handler('garbage')).rejects.toThrow(expect.objectContaining({ code: 'EVENT_INVALID' }));
    expect(written).toEqual([]);
  });

  it('throws for an errant record when there is no error topic', async () => {
    const { handler } = handlerOf(writeWith({ 2: 'errant' }));
    await expect(handler(native(1, 2))).rejects.toThrow(
      expect.objectContaining({
        name: 'RecordError',
        code: 'SOME_CODE',
        context: { topic: 'orders', partition: 0, offset: 2 },
      }),
    );
  });

  it('brings errant records to the error topic, with stage and reason', async () => {
    const errantReporter = new KeepingReporter();
    const { handler } = handlerOf(writeWith({ 2: 'errant' }), { errantReporter });
    const notText = { ...native(3)[0], value: '/w==', valueEncoding: 'base64' };
    await handler([...native(1, 2), notText]);
    expect(
      errantReporter.reported.map(({ block, index, reason }) => [
        offsetAt(block, index),
        valueAt(block, index)?.toString('latin1'),
        reason.stage,
        reason.code,
      ]),
    ).toEqual([
      [2, 'v2', 'TASK_PUT', 'SOME_CODE'],
      [3, '\xff', 'VALUE_CONVERTER', 'VALUE_NOT_UTF8'],
    ]);
  });

  it('throws what the error topic throws: nothing passes unconfirmed', async () => {
    const down = new RetriableError('ERROR_TOPIC_DOWN', 'down');
    const { handler } = handlerOf(writeWith({ 1: 'errant' }), {
      errantReporter: { report: () => Promise.reject(down) },
    });
    await expect(handler(native(1))).rejects.toBe(down);
  });

  it('throws rather than report a record whose value the event did not carry', async () => {
    const errantReporter = new KeepingReporter();
    const { handler } = handlerOf(writeWith({ 1: 'errant' }), { errantReporter, invocationSource: 'platform' });
    await expect(handler(envelope([{ offset: 1, overflow: { valueSize: 9 } }]))).rejects.toThrow(
      expect.objectContaining({ name: 'RecordError', message: expect.stringContaining('must have its value') }),
    );
    expect(errantReporter.reported).toEqual([]);
  });
});

describe("the function's time limit", () => {
  const context = { function: { timeout: 10 }, requestId: 'r-1' };
  const deadlineOutcome = (offset: number, partition = 0) =>
    expect.objectContaining({ offset, partition, status: 'retry', code: 'DEADLINE' });

  it('reaches the writer less the reserve, and is infinite when there is none', async () => {
    const seen: number[] = [];
    const { handler, clock } = handlerOf(async (batch, { deadlineAt }) => {
      seen.push(deadlineAt);
      return { all: 'written', count: batch.count };
    });
    await handler(envelope([1]), context);
    await handler(envelope([1]));
    expect(seen).toEqual([clock.now() + 8_000, Number.POSITIVE_INFINITY]);
    expect(clock.waiting).toBe(0);
  });

  it('stops before the next batch and answers retry for the rest', async () => {
    const slow: Write = async (batch) => {
      await clock.sleep(8_500);
      return { all: 'written', count: batch.count };
    };
    const { handler, clock, written } = handlerOf(slow);
    const answer = handler(joined(envelope([1]), envelope([5, 6], 1)), context);
    await settle();
    await clock.advance(8_500);
    expect(await answer).toEqual({
      version: 1,
      outcomes: [outcome(1, 'written'), deadlineOutcome(5, 1), deadlineOutcome(6, 1)],
    });
    expect(written).toEqual([[1]]);
  });

  it('tells the writer to stop, and takes what it then answers', async () => {
    const partial: Write = async (batch, { signal }) => {
      await clock.sleep(60_000, signal).catch(() => undefined);
      return writeWith({ 2: 'retry' })(batch, { signal, deadlineAt: 0 });
    };
    const { handler, clock } = handlerOf(partial);
    const answer = handler(envelope([1, 2]), context);
    await settle();
    await clock.advance(8_000);
    expect(await answer).toEqual({ version: 1, outcomes: [outcome(1, 'written'), outcome(2, 'retry')] });
  });

  it.each([
    ['the reason it was given', (signal: AbortSignal) => signal.reason],
    ['an error of its client', () => new DOMException('aborted', 'AbortError')],
  ])('answers retry when the writer then throws %s', async (_name, thrownAt) => {
    const throwing: Write = async (_batch, { signal }) => {
      await clock.sleep(60_000, signal).catch(() => undefined);
      throw thrownAt(signal);
    };
    const { handler, clock } = handlerOf(throwing);
    const answer = handler(envelope([1, 2]), context);
    await settle();
    await clock.advance(8_000);
    expect(await answer).toEqual({ version: 1, outcomes: [deadlineOutcome(1), deadlineOutcome(2)] });
  });

  it('no longer waits for a writer that does not stop, and logs what it throws later', async () => {
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, child: () => logger, warn: (fields) => warnings.push(fields) };
    const deaf: Write = async () => {
      await clock.sleep(60_000);
      throw new Error('too late');
    };
    const { handler, clock } = handlerOf(deaf, { logger });
    const answer = handler(envelope([1]), context);
    await settle();
    await clock.advance(9_000);
    expect(await answer).toEqual({ version: 1, outcomes: [deadlineOutcome(1)] });
    await clock.advance(60_000);
    expect(warnings).toContainEqual(expect.objectContaining({ firstOffset: 1, error: 'too late' }));
  });

  it('fails the invocation when nobody reads the answer', async () => {
    const { handler, clock } = handlerOf(() => new Promise(() => undefined));
    const answer = expect(handler(native(1), context)).rejects.toThrow(expect.objectContaining({ code: 'DEADLINE' }));
    await settle();
    await clock.advance(9_000);
    await answer;
  });

  it('is refused for good when the reserve takes all of it', async () => {
    const { handler, written } = handlerOf(writeAll, { invocationSource: 'dispatcher' });
    expect(await handler(envelope([1]), { function: { timeout: 2 } })).toMatchObject({
      fatal: { code: 'FUNCTION_TIMEOUT_TOO_SHORT' },
    });
    expect(written).toEqual([]);
  });
});
