import { describe, expect, it } from 'vitest';
import { createHttpInvoker } from '../../../functions/dispatcher/invokers/http.ts';
import { systemClock } from '../../../shared/clock.ts';
import { batchOf } from '../../../shared/envelope/block-builder.ts';
import { PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { blockAt } from '../../helpers/dispatcher.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';

/** What a call of a function throws that answers with `status`, or is not there. */
async function thrownAt(status: number | 'down'): Promise<unknown> {
  const fn = await startHttpFunction(() => ({ status: Number(status) }));
  if (status === 'down') await fn.down();
  const options = { envelope: PLAIN_ENVELOPE, userFunction: true, clock: systemClock };
  const invoker = createHttpInvoker({ url: new URL(fn.url), ...options });
  const { signal } = new AbortController();
  try {
    return await invoker.invoke(batchOf(blockAt([0])), { signal, admission: signal, timeoutMs: 30_000 });
  } catch (thrown) {
    return thrown;
  } finally {
    await invoker.close();
  }
}

describe('what a function over HTTP answers says of the target', () => {
  it.each([
    [408, 'timeout'],
    [429, 'throttled'],
    [502, 'unreachable'],
    [503, 'throttled'],
    [504, 'timeout'],
    ['down', 'unreachable'],
  ] as const)('%s: %s', async (status, trouble) => {
    expect(await thrownAt(status)).toMatchObject({ name: 'RetriableError', trouble });
  });

  it.each([
    [401, true],
    [403, true],
    [404, true],
    [400, false],
    [413, false],
  ])('%i is fatal, and may heal: %s', async (status, mayHeal) => {
    expect(await thrownAt(status)).toMatchObject({ code: 'FUNCTION_REFUSED', mayHeal });
  });
});
