import { describe, expect, it } from 'vitest';
import { bringAllToErrorTopic, bringToErrorTopic } from '../../../../functions/dead-letter/dead-letters.ts';
import type { FailedCall } from '../../../../functions/dead-letter/destination-event.ts';
import { WrittenBefore } from '../../../../functions/dead-letter/written-before.ts';
import type { ErrantRecord } from '../../../../shared/errant.ts';
import { RecordError, RetriableError } from '../../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { offsetAt, type RecordBlock, valueAt } from '../../../../shared/records.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

/** As the envelope of `blockAt` has it. */
function element(offset: number, more: Readonly<Record<string, unknown>> = {}) {
  const value = `v${offset}`;
  const fields = {
    key: `k${offset}`,
    offset,
    overflowFlag: false,
    partition: 0,
    timestamp: 1_700_000_000_000 + offset,
  };
  return { ...fields, topic: 'orders', value, valueSize: value.length, ...more };
}

function callOf(payload: readonly object[], requestId = 'r-1'): FailedCall {
  const response = { errorType: 'TypeError', errorMessage: 'boom' };
  return { requestId, functionArn: 'a', attempts: 1, payload, statusCode: 200, functionError: '', response };
}

/** An error topic, and a Kafka that has `block`. */
function setUp(block: RecordBlock | undefined, report?: (records: readonly ErrantRecord[]) => void) {
  const written: ErrantRecord[] = [];
  const end = block === undefined ? 0 : offsetAt(block, block.count - 1) + 1;
  const deps = {
    admin: {
      listOffsets: async (_: string, at: string) => new Map([[0, at === 'earliest' ? 0 : end]]),
    } as unknown as KafkaAdmin,
    reader: {
      page: async () => ({ blocks: block === undefined ? [] : [block], nextOffset: end }),
    } as unknown as KafkaReader,
    reporter: {
      report: async (records: readonly ErrantRecord[]) => {
        report?.(records);
        written.push(...records);
      },
    },
    errorTopic: 'errors',
    fetchValue: async (valueRef: string) =>
      valueRef === 'here' ? { value: Buffer.from('stored') } : { gone: 'HTTP 404' },
    writtenBefore: new WrittenBefore(),
    logger: silentLogger,
  };
  const shown = () =>
    written.map(({ block: of, index, reason }) => [offsetAt(of, index), valueAt(of, index)?.toString(), reason.code]);
  return { deps, written, shown };
}

describe('bringToErrorTopic', () => {
  it('writes the records as Kafka has them, with the reason of the function', async () => {
    const block = blockAt([1, 2, 3]);
    const { deps, written } = setUp(block);
    const counts = await bringToErrorTopic(callOf([element(1), element(3)]), deps);
    expect(counts).toEqual({ written: 2, fromEvent: 0, valuesLost: 0, repeated: 0, skipped: 0 });
    expect(written.map(({ block: of, index }) => [of === block, index])).toEqual([
      [true, 0],
      [true, 2],
    ]);
    expect(written[0]?.reason).toMatchObject({ errorClass: 'TypeError', message: 'boom', code: 'FUNCTION_FAILED' });
  });

  it('takes the original also of a record whose value the event did not carry', async () => {
    const { deps, shown } = setUp(blockAt([1]));
    const overflowed = element(1, { overflowFlag: true, value: undefined });
    expect(await bringToErrorTopic(callOf([overflowed]), deps)).toMatchObject({ written: 1, fromEvent: 0 });
    expect(shown()).toEqual([[1, 'v1', 'FUNCTION_FAILED']]);
  });

  it('takes from the event what Kafka no longer has', async () => {
    const { deps, shown } = setUp(blockAt([2]));
    const counts = await bringToErrorTopic(callOf([element(1), element(2), element(9)]), deps);
    expect(counts).toMatchObject({ written: 3, fromEvent: 2, valuesLost: 0 });
    expect(shown()).toEqual([1, 2, 9].map((offset) => [offset, `v${offset}`, 'FUNCTION_FAILED']));
  });

  it.each([
    ['time', { timestamp: 5 }],
    ['key', { key: 'other' }],
    ['key that is not there', { key: undefined }],
    ['size', { value: 'longer', valueSize: 6 }],
  ])('does not take another record at that place for it: by its %s', async (_, differing) => {
    const { deps, shown } = setUp(blockAt([1]));
    const told = element(1, differing);
    expect(await bringToErrorTopic(callOf([told]), deps)).toMatchObject({ fromEvent: 1 });
    expect(shown()).toEqual([[1, told.value, 'FUNCTION_FAILED']]);
  });

  it('fetches a value that was stored apart, and says loudly what is lost', async () => {
    const { deps, shown, written } = setUp(undefined);
    const overflowed = { overflowFlag: true, value: undefined, valueSize: 6 };
    const counts = await bringToErrorTopic(
      callOf([
        element(1, { ...overflowed, valueRef: 'here' }),
        element(2, { ...overflowed, valueRef: 'gone' }),
        element(3, overflowed),
      ]),
      deps,
    );
    expect(counts).toEqual({ written: 3, fromEvent: 3, valuesLost: 2, repeated: 0, skipped: 0 });
    expect(shown()).toEqual([
      [1, 'stored', 'FUNCTION_FAILED'],
      [2, undefined, 'RECORD_VALUE_LOST'],
      [3, undefined, 'RECORD_VALUE_LOST'],
    ]);
    expect(written[1]?.reason.message).toMatch(/orders-0 offset 2 \(6 bytes\) is lost.*HTTP 404.*TypeError: boom/);
    expect(written[2]?.block.headersOf(0)).toEqual([]);
  });

  it('writes nothing while a stored value may come later', async () => {
    const { deps, written } = setUp(undefined);
    const later = new RetriableError('STORED_VALUE_UNREACHABLE', 'later');
    const call = callOf([element(1), element(2, { overflowFlag: true, value: undefined, valueRef: 'here' })]);
    await expect(bringToErrorTopic(call, { ...deps, fetchValue: () => Promise.reject(later) })).rejects.toBe(later);
    expect(written).toEqual([]);
  });

  it('writes once what the platform sends again, and again what fails in a later call', async () => {
    let isDown = true;
    const { deps, shown } = setUp(blockAt([1, 2]), () => {
      if (isDown) throw new RetriableError('BROKER_UNREACHABLE', 'down');
    });
    await expect(bringToErrorTopic(callOf([element(1)]), deps)).rejects.toThrow('down');
    isDown = false;
    expect(await bringToErrorTopic(callOf([element(1)]), deps)).toMatchObject({ written: 1, repeated: 0 });
    expect(await bringToErrorTopic(callOf([element(1), element(2)]), deps)).toMatchObject({ written: 1, repeated: 1 });
    expect(await bringToErrorTopic(callOf([element(2)], 'r-2'), deps)).toMatchObject({ written: 1, repeated: 0 });
    expect(shown().map(([offset]) => offset)).toEqual([1, 2, 2]);
  });

  it('writes the others before it says that the topic refuses a record', async () => {
    const { deps, shown } = setUp(blockAt([1, 2, 3, 4]), (records) => {
      if (records.some(({ block, index }) => offsetAt(block, index) === 3)) {
        throw new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'too large');
      }
    });
    const call = callOf([element(1), element(2), element(3), element(4)]);
    await expect(bringToErrorTopic(call, deps)).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE_FOR_TOPIC' });
    expect(shown().map(([offset]) => offset)).toEqual([1, 2, 4]);
  });

  it('never writes what lies in the error topic to it again', async () => {
    const { deps, written } = setUp(blockAt([1]));
    const call = callOf([element(1, { topic: 'errors' })]);
    expect(await bringToErrorTopic(call, deps)).toMatchObject({ written: 0, skipped: 1 });
    expect(written).toEqual([]);
  });

  it('refuses a call that was not one of records', async () => {
    const { deps } = setUp(undefined);
    await expect(bringToErrorTopic(callOf([{ hello: 1 }]), deps)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  });
});

describe('bringAllToErrorTopic', () => {
  const poison = callOf([{ hello: 1 }], 'poison');

  it('holds no call up because of one that was not one of records', async () => {
    const { deps, shown } = setUp(blockAt([1, 2]));
    const calls = [callOf([element(1)], 'a'), poison, callOf([element(2)], 'b')];
    await expect(bringAllToErrorTopic(calls, deps)).rejects.toMatchObject({ code: 'EVENT_INVALID' });
    expect(shown().map(([offset]) => offset)).toEqual([1, 2]);
  });

  it('holds no call up because of a record that the topic refuses', async () => {
    const { deps, shown } = setUp(blockAt([1, 2]), (records) => {
      if (records.some(({ block, index }) => offsetAt(block, index) === 1)) {
        throw new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'too large');
      }
    });
    const calls = [callOf([element(1)], 'a'), callOf([element(2)], 'b')];
    await expect(bringAllToErrorTopic(calls, deps)).rejects.toMatchObject({ code: 'RECORD_TOO_LARGE_FOR_TOPIC' });
    expect(shown().map(([offset]) => offset)).toEqual([2]);
  });

  it('tells first of what a later try may heal, so that the platform calls again', async () => {
    const down = new RetriableError('BROKER_UNREACHABLE', 'down');
    const { deps } = setUp(blockAt([1]), () => {
      throw down;
    });
    await expect(bringAllToErrorTopic([poison, callOf([element(1)])], deps)).rejects.toBe(down);
  });

  it('adds up', async () => {
    const { deps } = setUp(blockAt([1, 2]));
    const counts = await bringAllToErrorTopic([callOf([element(1)], 'a'), callOf([element(2)], 'b')], deps);
    expect(counts).toEqual({ written: 2, fromEvent: 0, valuesLost: 0, repeated: 0, skipped: 0 });
  });
});
