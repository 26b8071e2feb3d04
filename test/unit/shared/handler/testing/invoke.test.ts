import { describe, expect, it } from 'vitest';
import { defineSink } from '../../../../../shared/handler/index.ts';
import {
  type AnyHandler,
  describeInvocation,
  invoke,
  runLocally,
  testEvent,
  testEvents,
} from '../../../../../shared/handler/testing/index.ts';

const EVENT = testEvent({ records: [{ value: 'a' }, { value: 'b' }] });
const place = { topic: 'orders', partition: 0 };
const written = (offset: number) => ({ ...place, offset, status: 'written' });

describe('invoke', () => {
  it('calls as the platform does', async () => {
    let called: unknown[] = [];
    await invoke((event, context) => {
      called = [Buffer.isBuffer(event), JSON.parse(event.toString()), context];
    }, JSON.parse(EVENT) as object);
    expect(called).toEqual([
      true,
      JSON.parse(EVENT),
      expect.objectContaining({
        requestId: expect.any(String),
        credentials: expect.objectContaining({ securityToken: expect.any(String) }),
        function: expect.objectContaining({ timeout: 60 }),
      }),
    ]);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['text', 'done'],
    ['data of its own', { ok: true }],
    ['a short answer', { version: 1, all: 'written', count: 2 }],
    ['an answer as text', '{"version":1,"all":"written","count":2}'],
    ['an answer as bytes', Buffer.from('{"version":1,"all":"written","count":2}')],
  ])('takes %s for "all is written", as a dispatcher does', async (_, result) => {
    expect(await invoke(() => result, EVENT)).toMatchObject({ end: 'answered', outcomes: [written(0), written(1)] });
  });

  it('gives outcomes in the order of the event, also of several topic-partitions', async () => {
    const event = [
      testEvent({ records: [{ value: 'a' }] }),
      testEvent({ partition: 1, records: [{ value: 'b' }] }),
    ].flatMap((each) => JSON.parse(each) as object[]);
    const outcomes = [{ ...place, partition: 1, offset: 0, status: 'dropped' }, written(0)];
    expect((await invoke(() => ({ version: 1, outcomes }), event)).outcomes).toEqual(outcomes.toReversed());
    expect(await invoke(() => ({ version: 1, all: 'written', count: 1 }), event)).toMatchObject({ end: 'refused' });
    expect(
      await invoke(() => ({ version: 1, outcomes: [...outcomes, { ...written(0), topic: 'x' }] }), event),
    ).toMatchObject({
      end: 'refused',
      message: expect.stringContaining('x-0 offset 0'),
    });
  });

  it.each<[string, AnyHandler, object]>([
    [
      'what is fatal',
      () => ({ version: 1, fatal: { code: 'GONE', message: 'no table' } }),
      { end: 'fatal', message: 'GONE: no table' },
    ],
    [
      'an answer that leaves a record out',
      () => ({ version: 1, outcomes: [written(0)] }),
      { end: 'refused', message: expect.stringContaining('offset 1') },
    ],
    [
      'what it throws',
      () => Promise.reject(new TypeError('boom')),
      { end: 'threw', message: 'boom', error: expect.any(TypeError) },
    ],
  ])('tells %s', async (_, handler, expected) => {
    expect(await invoke(handler, EVENT)).toMatchObject({ outcomes: [], ...expected });
  });

  it('does not take a mistake in the event for one of the function', async () => {
    await expect(invoke(() => undefined, '{}')).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(() =>
      testEvent({
        records: [
          { value: 'a', offset: 3 },
          { value: 'b', offset: 3 },
        ],
      }),
    ).toThrow('must ascend');
    expect(() => testEvent({ form: 'raw', records: [{ value: Buffer.from([0xff]) }] })).toThrow('only an envelope');
  });

  it('is told to people record by record', async () => {
    const handler: AnyHandler = (_, context) => {
      context.logger?.warn('slow');
      return {
        version: 1,
        outcomes: [
          written(0),
          { ...place, offset: 1, status: 'retry', code: 'BUSY', message: 'later', retryAfterMs: 9 },
        ],
      };
    };
    expect(describeInvocation(await invoke(handler, EVENT)).split('\n')).toEqual([
      'orders-0 offset 0  written',
      'orders-0 offset 1  retry after 9 ms  BUSY: later',
      'answered: 1 written, 1 retry',
      'log  warn: slow',
    ]);
    const threw = await invoke(() => Promise.reject(new TypeError('boom')), EVENT);
    expect(describeInvocation(threw)).toMatch(/^threw: the batch fails, and comes again\n {2}boom\n +at /);
  });
});

describe('runLocally', () => {
  async function ran(handler: AnyHandler, chunks: readonly string[], isTTY?: boolean) {
    let text = '';
    const stdin = {
      isTTY,
      [Symbol.asyncIterator]: () => chunks[Symbol.iterator]() as unknown as AsyncIterator<unknown>,
    };
    const code = await runLocally(handler, { stdin, stdout: { write: (more) => (text += more) } });
    return { code, text };
  }

  it('shows what becomes of the event that comes in', async () => {
    const handler = defineSink(async (records) => records.map((record) => record.errant('BAD', 'it is bad')));
    expect(await ran(handler, [EVENT.slice(0, 20), EVENT.slice(20)])).toEqual({
      code: 1,
      text: expect.stringContaining('orders-0 offset 1  errant  BAD: it is bad\nanswered: 2 errant\n'),
    });
    expect(await ran(() => undefined, [EVENT])).toMatchObject({ code: 0 });
  });

  it('shows every test event where none comes in', async () => {
    const { code, text } = await ran(
      defineSink(async () => 'written'),
      [],
      true,
    );
    expect(code).toBe(0);
    for (const { name } of testEvents()) expect(text).toContain(`\n${name}\norders-0`);
    expect(testEvents()).toHaveLength(16);
  });
});
