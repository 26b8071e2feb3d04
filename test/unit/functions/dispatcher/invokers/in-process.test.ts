import { describe, expect, it } from 'vitest';
import { createInProcessInvoker } from '../../../../../functions/dispatcher/invokers/in-process.ts';
import { batchOf } from '../../../../../shared/envelope/block-builder.ts';
import { FatalError, RecordError, RetriableError } from '../../../../../shared/errors.ts';
import type { SinkWriter } from '../../../../../shared/sink.ts';
import { blockAt } from '../../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const BATCH = batchOf(blockAt([1, 2]));

function invokerOf(write: SinkWriter['write'], clock = new ManualClock()) {
  let closed = false;
  const close = async () => {
    closed = true;
  };
  const invoker = createInProcessInvoker({ write, close }, clock);
  return { invoker, clock, isClosed: () => closed };
}

function call(invoker: ReturnType<typeof invokerOf>['invoker'], signal = new AbortController().signal) {
  return invoker.invoke(BATCH, { signal, admission: signal, timeoutMs: 1_000 }).catch((error: unknown) => error);
}

describe('the in-process invoker', () => {
  it('hands the batch over as it is, with the deadline', async () => {
    const clock = new ManualClock();
    const seen: unknown[] = [];
    const { invoker } = invokerOf(async (batch, { deadlineAt }) => {
      seen.push(batch, deadlineAt - clock.now());
      return { all: 'written', count: batch.count };
    }, clock);
    expect(await call(invoker)).toEqual({ all: 'written', count: 2 });
    expect(seen[0]).toBe(BATCH);
    expect(seen[1]).toBe(1_000);
    expect(clock.waiting).toBe(0);
  });

  it('lets a writer look at its target first, within the time, and asks nothing of one that does not', async () => {
    const clock = new ManualClock();
    const close = async () => undefined;
    const write = () => Promise.reject(new Error('not asked'));
    const seen: unknown[] = [];
    const open: NonNullable<SinkWriter['open']> = async (topics, { deadlineAt, signal }) => {
      seen.push(topics, deadlineAt - clock.now());
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const { signal } = new AbortController();
    const context = { signal, admission: signal, timeoutMs: 1_000 };
    const topics = [{ name: 'orders', partitions: 3 }];
    const opening = createInProcessInvoker({ write, close, open }, clock).open?.(topics, context);
    const failure = opening?.catch((thrown: unknown) => thrown);
    await clock.advance(1_000);
    expect(await failure).toMatchObject({
      code: 'TARGET_LOOK_TIMEOUT',
      message: 'the target did not answer within 1000 ms',
      trouble: 'timeout',
    });
    expect(seen).toEqual([topics, 1_000]);
    expect(createInProcessInvoker({ write, close }, clock).open).toBeUndefined();
  });

  it.each([new RetriableError('A', 'a'), new FatalError('B', 'b')])('passes on %s', async (error) => {
    const { invoker } = invokerOf(() => Promise.reject(error));
    expect(await call(invoker)).toBe(error);
  });

  it.each([new TypeError('x is not a function'), new RecordError('C', 'c'), 'text'])(
    'takes %s for fatal',
    async (thrown) => {
      const { invoker } = invokerOf(() => Promise.reject(thrown));
      expect(await call(invoker)).toMatchObject({ code: 'UNCLASSIFIED', name: 'FatalError' });
    },
  );

  it('tells the writer to stop at the deadline, and takes what it then answers', async () => {
    const { invoker, clock } = invokerOf(
      (batch, { signal }) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => resolve({ all: 'written', count: batch.count })),
        ),
    );
    const result = call(invoker);
    await clock.advance(1_000);
    expect(await result).toEqual({ all: 'written', count: 2 });
  });

  it('does not wait for a writer that never comes back', async () => {
    const { invoker, clock } = invokerOf(() => new Promise(() => undefined));
    const result = call(invoker);
    await clock.advance(10_000);
    expect(await result).toMatchObject({ code: 'INVOKE_TIMEOUT', name: 'RetriableError' });
  });

  it('ends at once when nobody waits', async () => {
    const { invoker } = invokerOf(() => new Promise(() => undefined));
    const caller = new AbortController();
    const result = call(invoker, caller.signal);
    await settle();
    caller.abort(new Error('nobody waits'));
    expect(await result).toMatchObject({ message: 'nobody waits' });
  });

  it('closes its writer', async () => {
    const { invoker, isClosed } = invokerOf(async () => ({ all: 'written', count: 0 }));
    await invoker.close();
    expect(isClosed()).toBe(true);
  });
});
