import { describe, expect, it } from 'vitest';
import { FatalError, RecordError, RetriableError } from '../../../../shared/errors.ts';
import { type EachRecordOptions, eachRecord } from '../../../../shared/handler/each-record.ts';
import { readBatch } from '../../../../shared/handler/read-record.ts';
import type { Content, ReceivedRecord } from '../../../../shared/handler/received-record.ts';
import type { RecordFunction } from '../../../../shared/handler/sink-function.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';
import { batchOfRecords, offsets, type ShortRecord } from '../../../helpers/records.ts';

type Write = RecordFunction<Content, Content>;

/** A run over records that are offsets, or with more to them. */
function run(records: readonly (number | ShortRecord)[], write: Write, options: EachRecordOptions = {}) {
  const clock = new ManualClock();
  const abort = new AbortController();
  const log: string[] = [];
  const warn = (line: string) => void log.push(line);
  const logger = { debug: warn, info: warn, warn, error: warn };
  const context = { requestId: 'r', signal: abort.signal, deadlineAt: 0, logger, platform: {} };
  const read = readBatch(batchOfRecords(records), { key: 'string', value: 'string' });
  const outcomes = eachRecord(read, context, write, options, clock).then((each) =>
    each.map(({ offset, status, code }) => [offset, status, ...(code === undefined ? [] : [code])]),
  );
  outcomes.catch(() => undefined);
  return { outcomes, clock, abort, log };
}

/** Records whose writing the test ends. */
function held() {
  const under = new Map<number, () => void>();
  const write = (record: ReceivedRecord<Content, Content>) =>
    new Promise<ReturnType<typeof record.written>>((resolve) => {
      under.set(record.offset, () => {
        under.delete(record.offset);
        resolve(record.written());
      });
    });
  return {
    write,
    under: () => [...under.keys()],
    end: async (offset: number) => {
      under.get(offset)?.();
      await settle();
    },
  };
}

const throwing =
  (at: Readonly<Record<number, unknown>>): Write =>
  (record) => {
    if (record.offset in at) throw at[record.offset];
    return record.written();
  };

describe('records one by one', () => {
  it('are written one after the other', async () => {
    const { write, under, end } = held();
    const { outcomes } = run([1, 2], write);
    await settle();
    expect(under()).toEqual([1]);
    await end(1);
    expect(under()).toEqual([2]);
    await end(2);
    expect(await outcomes).toEqual([
      [1, 'written'],
      [2, 'written'],
    ]);
  });

  it('are written so many at one time, and answered in order', async () => {
    const { write, under, end } = held();
    const { outcomes } = run(offsets(0, 5), write, { atOnce: 3 });
    await settle();
    expect(under()).toEqual([0, 1, 2]);
    await end(1);
    expect(under()).toEqual([0, 2, 3]);
    for (const offset of [3, 4, 2, 0]) await end(offset);
    expect((await outcomes).map(([offset]) => offset)).toEqual(offsets(0, 5));
  });

  it('that fail are not the others: to come again, or errant, as what they threw says', async () => {
    const { outcomes, log } = run(
      offsets(0, 5),
      throwing({
        1: new TypeError('x is undefined'),
        2: new RecordError('BAD', 'it is bad'),
        3: new RetriableError('DB_BUSY', 'later', { retryAfterMs: 5 }),
      }),
    );
    expect(await outcomes).toEqual([
      [0, 'written'],
      [1, 'retry', 'FUNCTION_FAILED'],
      [2, 'errant', 'BAD'],
      [3, 'retry', 'DB_BUSY'],
      [4, 'written'],
    ]);
    expect(log).toEqual([expect.stringMatching(/^orders\+0\+1 failed: TypeError: x is undefined\n +at /)]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['an outcome of another record', { topic: 'orders', partition: 0, offset: 7, status: 'written' }],
    ['something else', 'written'],
  ])('that give %s are a mistake of the function', async (_, result) => {
    await expect(run([1], (() => result) as never).outcomes).rejects.toMatchObject({ code: 'ANSWER_INVALID' });
  });

  it('end with what is fatal, once what is under way has ended', async () => {
    const seen: number[] = [];
    const write: Write = (record) => {
      seen.push(record.offset);
      throw new FatalError('TABLE_MISSING', 'no table');
    };
    await expect(run([1, 2], write).outcomes).rejects.toMatchObject({ code: 'TABLE_MISSING' });
    expect(seen).toEqual([1]);
  });
});

describe('records whose order is kept', () => {
  const keyed = (...keys: (string | null)[]) => keys.map((key, offset) => ({ offset, key }));

  it('wait for those of their key, and for no other', async () => {
    const { write, under, end } = held();
    const { outcomes } = run(keyed('a', 'b', 'a', null, null), write, { atOnce: 9, keepOrder: 'key' });
    await settle();
    expect(under()).toEqual([0, 1, 3, 4]);
    await end(0);
    expect(under()).toEqual([1, 3, 4, 2]);
    for (const offset of [1, 2, 3, 4]) await end(offset);
    expect((await outcomes).map(([offset]) => offset)).toEqual(offsets(0, 5));
  });

  it('wait for all before them in their partition', async () => {
    const { write, under } = held();
    run([1, 2, 3], write, { atOnce: 9, keepOrder: 'partition' });
    await settle();
    expect(under()).toEqual([1]);
  });

  it('do not overtake one that failed: the batch fails, with its error', async () => {
    const boom = new Error('boom');
    const seen: number[] = [];
    const write: Write = (record) => {
      seen.push(record.offset);
      return throwing({ 1: boom })(record, undefined as never);
    };
    await expect(run(keyed('a', 'b', 'b', 'a'), write, { keepOrder: 'key' }).outcomes).rejects.toBe(boom);
    expect(seen).toEqual([0, 3, 1]);
  });

  it('do not overtake one that is to come again; an errant one they do', async () => {
    const retry: Write = (record) => (record.offset === 1 ? record.retry(100, 'BUSY', 'later') : record.written());
    await expect(run([1, 2], retry, { keepOrder: 'partition' }).outcomes).rejects.toThrow(
      'orders+0+1 is to come again: later',
    );
    const errant = throwing({ 1: new RecordError('BAD', 'it is bad') });
    expect(await run([1, 2], errant, { keepOrder: 'partition' }).outcomes).toEqual([
      [1, 'errant', 'BAD'],
      [2, 'written'],
    ]);
  });
});

describe('records at the deadline', () => {
  it('that are not begun, and those that do not end in time, come again; what is written is', async () => {
    const { write, under, end } = held();
    const { outcomes, abort, clock } = run(offsets(0, 5), write, { atOnce: 2 });
    await settle();
    await end(0);
    abort.abort(new Error('time is up'));
    await end(1);
    expect(under()).toEqual([2]);
    await clock.advance(250);
    expect(await outcomes).toEqual([
      [0, 'written'],
      [1, 'written'],
      [2, 'retry', 'DEADLINE'],
      [3, 'retry', 'DEADLINE'],
      [4, 'retry', 'DEADLINE'],
    ]);
    expect(clock.waiting).toBe(0);
  });

  it('that were told to stop, and threw at that, come again', async () => {
    const write: Write = (record, { signal }) =>
      record.offset === 0
        ? record.written()
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('AbortError'))));
    const { outcomes, abort } = run([0, 1], write, { keepOrder: 'partition' });
    await settle();
    abort.abort();
    expect(await outcomes).toEqual([
      [0, 'written'],
      [1, 'retry', 'DEADLINE'],
    ]);
  });

  it('fail together when none is written: the next call gets fewer', async () => {
    const { write } = held();
    const { outcomes, abort, clock } = run([1, 2], write);
    await settle();
    abort.abort();
    await settle();
    await clock.advance(250);
    await expect(outcomes).rejects.toMatchObject({ name: 'RetriableError', code: 'DEADLINE' });
  });
});
