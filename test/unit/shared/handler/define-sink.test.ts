import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  createInProcessFunction,
  type UserFunction,
} from '../../../../functions/dispatcher/invokers/in-process-function.ts';
import { PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import {
  ConfigError,
  defineSink,
  FatalError,
  forEach,
  type ReceivedRecord,
  RecordError,
  RetriableError,
  type SinkContext,
  type SinkFunction,
} from '../../../../shared/handler/index.ts';
import { sinkFromFunction } from '../../../../shared/handler/sink-from-function.ts';
import { testEvent } from '../../../../shared/handler/testing/index.ts';
import { EVENT_FORMS } from '../../../../shared/test-events/render-event.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';
import { batchOfRecords } from '../../../helpers/records.ts';

const ENVELOPE = testEvent({ records: [{ key: 'a', value: 'one' }, { value: null }, { key: '', value: '' }] });
const NATIVE = testEvent({ form: 'raw', records: [{ value: 'good' }, { value: 'bad' }] });
const errantBad = async (records: readonly ReceivedRecord[]) =>
  records.map((record) => (record.value === 'bad' ? record.errant('BAD', 'it is bad') : record.written()));

/** Records that a function sees of an event. */
async function seen(event: Uint8Array | string | object): Promise<readonly ReceivedRecord[]> {
  const records: ReceivedRecord[] = [];
  await defineSink(async (batch) => {
    records.push(...batch);
    return 'written';
  })(event);
  return records;
}

describe('what a function sees', () => {
  it.each(EVENT_FORMS)('is the same of the test event %s.json', async (form) => {
    const file = readFileSync(join(import.meta.dirname, `../../../fixtures/events/${form}.json`));
    const records = await seen(file);
    expect(records.map(({ key }) => key)).toEqual([
      'order-000001',
      null,
      'order-000001',
      'order-000002',
      'order-000003',
    ]);
    expect(records.map(({ isTombstone }) => isTombstone)).toEqual([false, false, true, false, false]);
    expect(records[3]).toMatchObject({ topic: 'orders', partition: 0, offset: 3, timestamp: 1_769_817_603_000 });
    expect(records[3]?.json()).toMatchObject({ id: 'order-000002', pieces: 1 });
    expect(records[3]?.id).toBe('orders+0+3');
  });

  it('tells null from empty', async () => {
    expect((await seen(ENVELOPE)).map(({ key, value, valueSize }) => [key, value, valueSize])).toEqual([
      ['a', 'one', 3],
      [null, null, 0],
      ['', '', 0],
    ]);
  });

  it('has headers as bytes, and the last of a name as text', async () => {
    const headers = [
      { key: 'trace', value: 'a' },
      { key: 'trace', value: '甲' },
      { key: 'raw', value: Buffer.from([0xff]) },
      { key: 'none', value: null },
    ];
    const [record] = await seen(testEvent({ records: [{ value: 'v', headers }] }));
    expect(record?.headers.map(({ key, value }) => [key, value && [...value]])).toEqual([
      ['trace', [0x61]],
      ['trace', [0xe7, 0x94, 0xb2]],
      ['raw', [0xff]],
      ['none', null],
    ]);
    expect(['trace', 'raw', 'none', 'other'].map((name) => record?.header(name))).toEqual([
      '甲',
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is what is known of a value that was too large to send', async () => {
    const valueRef = 'https://bucket.example.com/v';
    const [flag, stored] = await seen(
      testEvent({
        records: [
          { value: null, overflow: { valueSize: 9_000_000 } },
          { value: null, overflow: { valueSize: 9_000_001, valueRef } },
        ],
      }),
    );
    expect(flag).toMatchObject({ overflow: true, isTombstone: false, value: null, valueSize: 9_000_000 });
    expect(stored).toMatchObject({ overflow: true, valueRef });
    expect(() => flag?.json()).toThrow(expect.objectContaining({ code: 'VALUE_MISSING' }));
  });

  it('is bytes where it asks for them, and else no record that is no text', async () => {
    const event = testEvent({ records: [{ value: Buffer.from([0xff, 0x00]) }, { value: '{"n":1}' }] });
    const values: unknown[] = [];
    const bytes = defineSink(
      async (records) => {
        for (const { value } of records) values.push(value);
        expect(records[1]?.json()).toEqual({ n: 1 });
        expect(() => records[0]?.json()).toThrow(expect.objectContaining({ code: 'VALUE_NOT_UTF8' }));
        return 'written';
      },
      { value: 'bytes' },
    );
    expect(await bytes(event)).toEqual({ version: 1, all: 'written', count: 2 });
    expect(values).toEqual([Uint8Array.of(0xff, 0x00), new TextEncoder().encode('{"n":1}')]);
    expect(await defineSink(async () => 'written')(event)).toMatchObject({
      outcomes: [
        { offset: 0, status: 'errant', code: 'VALUE_NOT_UTF8' },
        { offset: 1, status: 'written' },
      ],
    });
  });

  it("has the platform's context, a deadline and a signal", async () => {
    let context: SinkContext | undefined;
    const handler = defineSink(async (_, given) => {
      context = given;
      return 'written';
    });
    const credentials = { accessKeyId: 'STS.x', accessKeySecret: 'y' };
    const before = Date.now();
    await handler(ENVELOPE, { requestId: 'r-1', function: { timeout: 60 }, credentials });
    expect(context).toMatchObject({ requestId: 'r-1', platform: { credentials } });
    expect(context?.signal.aborted).toBe(false);
    expect(context?.deadlineAt).toBeGreaterThanOrEqual(before + 59_000);
    await handler(ENVELOPE);
    expect(context).toMatchObject({ requestId: undefined, deadlineAt: Number.POSITIVE_INFINITY });
  });

  it('has a logger: that of the options, of the platform, or one that is silent', async () => {
    const lines: string[] = [];
    const loggerOf = (name: string) => {
      const log = (line: string) => void lines.push(`${name} ${line}`);
      return { debug: log, info: log, warn: log, error: log };
    };
    const write: SinkFunction = async (_, { logger }) => {
      logger.info('hello');
      throw new FatalError('TABLE_MISSING', 'no table');
    };
    await defineSink(write, { logger: loggerOf('own') })(ENVELOPE, { logger: loggerOf('platform') });
    await defineSink(write)(ENVELOPE, { logger: loggerOf('platform'), requestId: 'r-1' });
    await defineSink(write)(ENVELOPE);
    const failed = 'the invocation failed, and no retry helps {';
    expect(lines).toEqual([
      ...['own hello', expect.stringContaining(`own ${failed}"code":"TABLE_MISSING"`)],
      ...['platform hello', expect.stringContaining(`platform ${failed}"requestId":"r-1"`)],
    ]);
  });

  it('is one topic-partition at a time, or several where it asks for that', async () => {
    const event = [0, 1, 2].flatMap(
      (partition) => JSON.parse(testEvent({ partition, form: 'raw', records: [{ value: 'v' }] })) as object[],
    );
    let under = 0;
    const most = async (partitionsAtOnce?: number) => {
      let top = 0;
      await defineSink(
        async (records) => {
          top = Math.max(top, ++under);
          expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
          await new Promise(setImmediate);
          under--;
          return 'written';
        },
        partitionsAtOnce === undefined ? {} : { partitionsAtOnce },
      )(event);
      return top;
    };
    expect([await most(), await most(2)]).toEqual([1, 2]);
  });
});

describe('what a function answers', () => {
  it('is what it gives of each record, in any order', async () => {
    const handler = defineSink(async (records) =>
      [...records]
        .reverse()
        .map((record) =>
          record.offset === 0
            ? record.retry(500, 'BUSY', 'the database is busy')
            : record.isTombstone
              ? record.dropped()
              : record.errant('EMPTY', 'no value'),
        ),
    );
    const place = { topic: 'orders', partition: 0 };
    expect(await handler(ENVELOPE)).toEqual({
      version: 1,
      outcomes: [
        { ...place, offset: 0, status: 'retry', code: 'BUSY', message: 'the database is busy', retryAfterMs: 500 },
        { ...place, offset: 1, status: 'dropped' },
        { ...place, offset: 2, status: 'errant', code: 'EMPTY', message: 'no value' },
      ],
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'ANSWER_INVALID'],
    ['something else', true, 'ANSWER_INVALID'],
    ['an outcome too few', [{ topic: 'orders', partition: 0, offset: 0, status: 'written' }], 'ANSWER_INCOMPLETE'],
    ['what is no outcome', ['written', 'written', 'written'], 'ANSWER_INVALID'],
  ])('is fatal when it gives %s: silence is no success', async (_, result, code) => {
    const handler = defineSink((() => result) as never);
    expect(await handler(ENVELOPE)).toMatchObject({ version: 1, fatal: { code } });
    await expect(handler(NATIVE)).rejects.toMatchObject({ code });
  });

  it.each<[string, Error]>([
    ['an error', new TypeError('boom')],
    ['a retriable error', new RetriableError('DB_DOWN', 'boom')],
    ['a record error', new RecordError('BAD', 'boom')],
  ])('is a failure of the batch when it throws %s', async (_, thrown) => {
    const handler = defineSink(() => {
      throw thrown;
    });
    await expect(handler(ENVELOPE)).rejects.toBe(thrown);
    await expect(handler(NATIVE)).rejects.toBe(thrown);
  });

  it('is fatal when it throws that', async () => {
    const handler = defineSink(() => {
      throw new FatalError('TABLE_MISSING', 'no table', { mayHeal: true });
    });
    const fatal = { code: 'TABLE_MISSING', message: 'no table', mayHeal: true };
    expect(await handler(ENVELOPE)).toEqual({ version: 1, fatal });
    await expect(handler(NATIVE)).rejects.toMatchObject({ code: 'TABLE_MISSING' });
  });

  it('is a failure when the time is up before it', async () => {
    const clock = new ManualClock();
    const heedful = (_: unknown, { signal }: SinkContext) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('AbortError'))));
    const failure = expect(
      sinkFromFunction(heedful, {}, clock)(ENVELOPE, { function: { timeout: 10 } }),
    ).rejects.toMatchObject({ name: 'RetriableError', code: 'DEADLINE' });
    await settle();
    await clock.advance(9_000);
    await failure;
  });

  it('is refused for an event that is none', async () => {
    const handler = defineSink(async () => 'written');
    await expect(handler('{"hello":1}')).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(await handler('[]')).toEqual({ version: 1, all: 'written', count: 0 });
  });
});

describe('a function whose answer nobody reads', () => {
  it('fails for an errant record, unless somebody takes it', async () => {
    await expect(defineSink(errantBad)(NATIVE)).rejects.toMatchObject({ name: 'RecordError', code: 'BAD' });
    const reported: unknown[] = [];
    const handler = defineSink(errantBad, {
      reportErrant: async (errant) => {
        for (const { record, code, message } of errant)
          reported.push([record.id, Buffer.from(record.value ?? '').toString('latin1'), code, message]);
      },
    });
    expect(await handler(NATIVE)).toMatchObject({ outcomes: [{ status: 'written' }, { status: 'errant' }] });
    const noText = { topic: 'orders', partition: 0, offset: 7, timestamp: 1, value: '/w==', valueEncoding: 'base64' };
    expect(await handler(noText)).toMatchObject({ outcomes: [{ status: 'errant' }] });
    expect(reported).toEqual([
      ['orders+0+1', 'bad', 'BAD', 'it is bad'],
      ['orders+0+7', '\xff', 'VALUE_NOT_UTF8', expect.any(String)],
    ]);
  });

  it('fails for a record that is to come again, before anything is reported', async () => {
    const handler = defineSink(async (records) => records.map((record) => record.retry(200, 'BUSY', 'later')), {
      reportErrant: () => Promise.reject(new Error('nothing is errant')),
    });
    await expect(handler(NATIVE)).rejects.toMatchObject({ code: 'BUSY', retryAfterMs: 200 });
  });

  it('is one that is told so, whatever the event', async () => {
    const event = testEvent({ records: [{ value: 'bad' }] });
    expect(await defineSink(errantBad, { invocationSource: '' })(event)).toMatchObject({
      outcomes: [{ status: 'errant' }],
    });
    await expect(defineSink(errantBad, { invocationSource: 'platform' })(event)).rejects.toMatchObject({ code: 'BAD' });
  });
});

describe('a function as invoke.module has it', () => {
  const invoked = (handler: UserFunction) =>
    createInProcessFunction({
      ...{ handler, name: 'fn.mjs', envelope: PLAIN_ENVELOPE, clock: new ManualClock(), requestId: () => 'r' },
    }).invoke(batchOfRecords([{ offset: 1 }, { offset: 2, value: 'bad' }]), {
      ...{ signal: new AbortController().signal, admission: new AbortController().signal, timeoutMs: 60_000 },
    });

  it('is understood by the dispatcher: outcomes, and a failure of the batch', async () => {
    expect(await invoked(defineSink(errantBad))).toMatchObject({
      outcomes: [
        { offset: 1, status: 'written' },
        { offset: 2, status: 'errant', code: 'BAD' },
      ],
    });
    const failing = defineSink(() => Promise.reject(new TypeError('boom')));
    await expect(invoked(failing)).rejects.toMatchObject({ name: 'FunctionFailure', code: 'FUNCTION_FAILED' });
  });
});

describe('options', () => {
  it('that are wrong are named at once, all of them', () => {
    const options = { key: 'text', value: 1, invocationSource: 'me', partitionsAtOnce: 0, reserveMs: -1 };
    const thrown = (() => {
      try {
        return defineSink(async () => 'written', options as never);
      } catch (error) {
        return error;
      }
    })();
    expect(thrown).toBeInstanceOf(ConfigError);
    expect((thrown as ConfigError).problems.map(({ key }) => key)).toEqual(Object.keys(options));
    expect(() => forEach((record) => record.written(), { atOnce: 0 })).toThrow('a whole number from 1');
  });
});
