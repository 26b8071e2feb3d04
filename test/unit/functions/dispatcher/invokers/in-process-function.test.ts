import { describe, expect, it } from 'vitest';
import {
  createInProcessFunction,
  type FunctionContext,
  type UserFunction,
} from '../../../../../functions/dispatcher/invokers/in-process-function.ts';
import { batchOf } from '../../../../../shared/envelope/block-builder.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../../../shared/envelope/encode.ts';
import { FatalError, FunctionFailure, FunctionTimeout } from '../../../../../shared/errors.ts';
import { blockAt } from '../../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const BATCH = batchOf(blockAt([1, 2]));

function setUp(handler: UserFunction) {
  const clock = new ManualClock();
  const options = { handler, name: 'fn.mjs', envelope: PLAIN_ENVELOPE, clock, requestId: () => 'request-1' };
  const caller = new AbortController();
  const context = { signal: caller.signal, admission: caller.signal, timeoutMs: 30_000 };
  const result = createInProcessFunction(options)
    .invoke(BATCH, context)
    .catch((error: unknown) => error);
  return { clock, caller, result };
}

describe('a user function in this process', () => {
  it('gets the envelope as bytes, and a context without credentials', async () => {
    const seen: { event?: Buffer; context?: FunctionContext } = {};
    const { result, clock } = setUp((event, context) => {
      Object.assign(seen, { event, context });
    });
    expect(await result).toEqual({ all: 'written', count: 2 });
    expect(Buffer.isBuffer(seen.event)).toBe(true);
    expect(seen.event).toEqual(encodeEnvelope(BATCH, PLAIN_ENVELOPE));
    expect(seen.context).toEqual({
      requestId: 'request-1',
      function: { name: 'fn.mjs', handler: 'handler', timeout: 30 },
    });
    expect(clock.waiting).toBe(0);
  });

  const outcomes = [1, 2].map((offset) => ({ topic: 'orders', partition: 0, offset, status: 'written' }));
  it.each([
    ['an object', { version: 1, outcomes }],
    ['its JSON text', JSON.stringify({ version: 1, outcomes })],
    ['its bytes', Buffer.from(JSON.stringify({ version: 1, outcomes }))],
    ['a promise of it', Promise.resolve({ version: 1, outcomes })],
  ])('may answer outcomes as %s', async (_, answer) => {
    expect(await setUp(() => answer).result).toMatchObject({ outcomes });
  });

  it.each([undefined, null, '', 'thanks', 42, true, {}, []])('may answer %j for all written', async (answer) => {
    expect(await setUp(() => answer).result).toEqual({ all: 'written', count: 2 });
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('no such customer');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('no such customer'))],
  ] as [string, UserFunction][])('that %s failed the batch', async (_, handler) => {
    const error = await setUp(handler).result;
    expect(error).toBeInstanceOf(FunctionFailure);
    expect(error).not.toBeInstanceOf(FunctionTimeout);
    expect(error).toMatchObject({ code: 'FUNCTION_FAILED', message: 'the function threw TypeError: no such customer' });
  });

  it('that throws what is of our taxonomy has failed all the same', async () => {
    const { result } = setUp(() => Promise.reject(new FatalError('MINE', 'of my own')));
    expect(await result).toBeInstanceOf(FunctionFailure);
  });

  it('breaks the protocol by an answer of our shape that is malformed, or says fatal', async () => {
    expect(await setUp(() => ({ version: 2, all: 'written' })).result).toMatchObject({ code: 'ANSWER_INVALID' });
    const fatal = { version: 1, fatal: { code: 'TABLE_MISSING', message: 'gone' } };
    expect(await setUp(() => fatal).result).toMatchObject({ code: 'TABLE_MISSING', name: 'FatalError' });
  });

  it('is not waited for longer than its time', async () => {
    const { clock, result } = setUp(() => new Promise(() => undefined));
    await clock.advance(30_000);
    const error = await result;
    expect(error).toBeInstanceOf(FunctionTimeout);
    expect(error).toMatchObject({ code: 'INVOKE_TIMEOUT' });
  });

  it('is not waited for when nobody waits', async () => {
    const { caller, result, clock } = setUp(() => new Promise(() => undefined));
    await settle();
    caller.abort(new Error('nobody waits'));
    expect(await result).toMatchObject({ message: 'nobody waits' });
    expect(clock.waiting).toBe(0);
  });
});
