import { describe, expect, it } from 'vitest';
import { fcSink } from '../../../../../functions/dispatcher/fc-sink.ts';
import type { InvokeContext } from '../../../../../functions/dispatcher/invokers/invoker.ts';
import { deliverToSink } from '../../../../../functions/dispatcher/redrive/sink-delivery.ts';
import { parseConnector } from '../../../../../shared/config/connector-keys.ts';
import { FunctionFailure, RetriableError } from '../../../../../shared/errors.ts';
import type { RecordBatch } from '../../../../../shared/records.ts';
import { allWritten, perRecord, ScriptedInvoker, throwing } from '../../../../helpers/dispatcher.ts';
import { errantEntry, errorRecord } from '../../../../helpers/error-records.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';

const away = throwing(new RetriableError('TARGET_UNREACHABLE', 'no connection'));

function delivering(replies: ConstructorParameters<typeof ScriptedInvoker>[0], keys: Record<string, string> = {}) {
  const clock = new ManualClock();
  const invoker = new ScriptedInvoker(replies);
  const config = parseConnector(fcSink, {
    name: 'c1',
    'connector.class': 'fc-sink',
    topics: 'orders',
    'invoke.target': 'http',
    'invoke.http.url': 'http://127.0.0.1:9/',
    ...keys,
  }).connector;
  const way = { config, sink: fcSink, windowOf: undefined, invoker, claimCheck: undefined };
  const stop = new AbortController();
  let ended: unknown;
  const entry = errantEntry(errorRecord({ topic: 'orders', offset: 9 }));
  void deliverToSink(entry, way, { clock, random: () => 0.999_999_999 }, stop.signal).then(
    (verdict) => (ended = verdict),
    (thrown: unknown) => (ended = thrown),
  );
  return { clock, invoker, stop, ended: () => ended };
}

/** So that every wait is over, though the next begins only then. */
async function advance(clock: ManualClock, ms: number) {
  for (let left = ms; left > 0; left -= 1_000) {
    await settle();
    await clock.advance(1_000);
  }
}

describe('deliverToSink', () => {
  it('tries again until the target takes the record', async () => {
    const { clock, invoker, ended } = delivering([away, away, allWritten]);
    await advance(clock, 30_000);
    expect(ended()).toBe('written');
    expect(invoker.calls).toEqual([[9], [9], [9]]);
  });

  it('gives up when the target was out of reach for a minute', async () => {
    const { clock, ended } = delivering([away]);
    await advance(clock, 59_000);
    expect(ended()).toBeUndefined();
    await advance(clock, 61_000);
    expect(ended()).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });

  it('gives up a minute later at most when the clock is set back', async () => {
    const { clock, ended } = delivering([away]);
    await advance(clock, 30_000);
    clock.setBack(3_600_000);
    await advance(clock, 121_000);
    expect(ended()).toMatchObject({ code: 'TARGET_UNREACHABLE' });
  });

  it('answers why a record is refused again: by the function, or since it fails again and again', async () => {
    const refused = delivering([perRecord(() => ({ status: 'errant', code: 'BAD' }))]);
    await settle();
    expect(refused.ended()).toMatchObject({ stage: 'TASK_PUT', code: 'BAD' });
    const failing = delivering([throwing(new FunctionFailure('FUNCTION_FAILED', 'HTTP 500'))], { retries: '2' });
    await advance(failing.clock, 60_000);
    expect(failing.ended()).toMatchObject({ stage: 'TASK_PUT', code: 'FUNCTION_FAILED' });
    expect(failing.invoker.calls).toHaveLength(3);
  });

  it('answers it in the words of the function, with its trace and the end of its log', async () => {
    const report = { said: 'TypeError: no order 7', stack: 'at a', logTail: 'hello' };
    const error = new FunctionFailure('FUNCTION_FAILED', 'the function failed the batch', { report });
    const failing = delivering([throwing(error)], { retries: '0' });
    await settle();
    expect(failing.ended()).toMatchObject({
      message: 'the function failed the batch: TypeError: no order 7',
      stack: 'at a',
      functionLog: 'hello',
    });
  });

  it('is an occasion of its own, and the same one when it is gone on with', async () => {
    const seen: (string | undefined)[] = [];
    const noting = [
      (batch: RecordBatch, { occasion }: InvokeContext) => {
        seen.push(occasion);
        return { all: 'written', count: batch.count } as const;
      },
    ];
    for (const _ of [1, 2]) {
      delivering(noting);
      await settle();
    }
    expect(seen).toEqual([expect.stringMatching(/^[^/]+\/\d+\/\d+\/0$/), seen[0]]);
  });
});
