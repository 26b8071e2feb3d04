import { describe, expect, it } from 'vitest';
import { FatalError, RecordError, RetriableError } from '../../../../shared/errors.ts';
import { batchOfRecords } from '../../../helpers/records.ts';
import { memorySetup, nameAt } from './setup.ts';

const BY_KEY = { 'oss.object.key.template': '{topic}/{partition}/{key}/{offset}' };
const LOST = new RetriableError('OSS_UNAVAILABLE', 'service failed', { retryAfterMs: 700 });
const twoKeys = () =>
  batchOfRecords([
    { offset: 0, key: 'a' },
    { offset: 1, key: 'b' },
    { offset: 2, key: 'a' },
  ]);

describe('OssWriter', () => {
  it('answers for the whole batch when all is written', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    expect(await writer.write(twoKeys(), context())).toEqual({ all: 'written', count: 3 });
    expect(store.objects.size).toBe(2);
  });

  it('answers record by record when some have no place', async () => {
    const { writer, context } = memorySetup(BY_KEY);
    const batch = batchOfRecords([
      { offset: 0, key: 'a' },
      { offset: 1, key: '..' },
    ]);
    const outcome = await writer.write(batch, context());
    expect(outcome).toEqual({
      outcomes: [
        {
          topic: 'orders',
          partition: 0,
          offset: 1,
          status: 'errant',
          code: 'OSS_BAD_OBJECT_NAME',
          message: expect.any(String),
        },
        { topic: 'orders', partition: 0, offset: 0, status: 'written' },
      ],
    });
  });

  it('asks again for those records only whose object failed', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    store.failures.push({ error: LOST });
    const outcome = await writer.write(twoKeys(), context());
    const retry = { status: 'retry', code: 'OSS_UNAVAILABLE', message: 'service failed', retryAfterMs: 700 };
    expect(outcome).toMatchObject({
      outcomes: [
        { offset: 0, ...retry },
        { offset: 2, ...retry },
        { offset: 1, status: 'written' },
      ],
    });
  });

  it('throws when the whole batch failed to reach the target', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    store.failures.push({ error: LOST }, { error: LOST });
    await expect(writer.write(twoKeys(), context())).rejects.toBe(LOST);
  });

  it('names the object by the planned range, also when its first record has no place', async () => {
    const { writer, store, context } = memorySetup({ 'oss.format': 'csv' });
    const batch = { ...batchOfRecords([{ offset: 7, value: Buffer.from([0xff]) }, 8, 9]), plannedFirst: 5 };
    expect(await writer.write(batch, context())).toMatchObject({
      outcomes: [{ offset: 7, status: 'errant' }, { status: 'written' }, { status: 'written' }],
    });
    expect([...store.objects.keys()]).toEqual([nameAt(5, '.csv')]);
  });

  it('gives the planned name to the first of several objects only', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    const batch = batchOfRecords([
      { offset: 3, key: 'a' },
      { offset: 4, key: 'b' },
    ]);
    await writer.write({ ...batch, plannedFirst: 1 }, context());
    expect([...store.objects.keys()].map((name) => name.replace(/0{10,}/, ''))).toEqual([
      'orders/0/a/1.json',
      'orders/0/b/4.json',
    ]);
  });

  it('asks for the whole batch again when its object failed, refused records and all: the write may have happened', async () => {
    const { writer, store, context } = memorySetup({ 'oss.format': 'csv' });
    store.failures.push({ error: LOST, lost: true });
    const batch = { ...batchOfRecords([{ offset: 7, value: Buffer.from([0xff]) }, 8, 9]), plannedFirst: 7 };
    await expect(writer.write(batch, context())).rejects.toBe(LOST);
    await writer.write(batch, context());
    expect(store.objects.size).toBe(1);
  });

  it('makes the records of a refused object errant', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    store.failures.push({ error: new RecordError('OSS_BAD_OBJECT_NAME', 'refused') });
    const outcome = await writer.write(twoKeys(), context());
    expect(outcome).toMatchObject({
      outcomes: [
        { offset: 0, status: 'errant', code: 'OSS_BAD_OBJECT_NAME' },
        { offset: 2, status: 'errant' },
        { offset: 1, status: 'written' },
      ],
    });
  });

  it('throws what is fatal', async () => {
    const { writer, store, context } = memorySetup(BY_KEY);
    store.failures.push({ error: new FatalError('OSS_BUCKET_MISSING', 'gone') });
    await expect(writer.write(twoKeys(), context())).rejects.toMatchObject({
      name: 'FatalError',
      code: 'OSS_BUCKET_MISSING',
    });
  });

  it('begins nothing without time to finish it', async () => {
    const { writer, store, context } = memorySetup();
    await expect(writer.write(twoKeys(), context(100))).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'DEADLINE_NEAR',
    });
    const aborted = { ...context(), signal: AbortSignal.abort() };
    await expect(writer.write(twoKeys(), aborted)).rejects.toMatchObject({ code: 'DEADLINE_NEAR' });
    expect(store.calls).toEqual([]);
  });

  it('stops between two objects when the time is over', async () => {
    const { writer, store, clock, context } = memorySetup(BY_KEY);
    const put = store.put.bind(store);
    store.put = async (object) => {
      await clock.advance(59_900);
      return put(object);
    };
    expect(await writer.write(twoKeys(), context())).toMatchObject({
      outcomes: [
        { offset: 0, status: 'written' },
        { offset: 2, status: 'written' },
        { offset: 1, status: 'retry', code: 'DEADLINE_NEAR' },
      ],
    });
    expect(clock.waiting).toBe(0);
  });

  it('ends its requests at the deadline', async () => {
    const { writer, store, clock, context } = memorySetup();
    store.put = async (_object, ...rest: unknown[]) => {
      const [{ signal }] = rest as [{ signal: AbortSignal }];
      await clock.advance(60_000);
      expect(signal.aborted).toBe(true);
      throw LOST;
    };
    await expect(writer.write(twoKeys(), context())).rejects.toBe(LOST);
  });

  it('refuses references that lead elsewhere, and asks nobody for them', async () => {
    const { writer, context } = memorySetup();
    for (const valueRef of [
      'http://169.254.169.254/latest',
      'file:///etc/passwd',
      'https://aliyuncs.com.example.org/x',
      'no url',
    ]) {
      const batch = batchOfRecords([{ offset: 0, value: null, overflow: { valueSize: 9, valueRef } }]);
      expect(await writer.write(batch, context())).toMatchObject({
        outcomes: [{ offset: 0, status: 'errant', code: 'OSS_VALUE_REF_REFUSED' }],
      });
    }
  });

  it('writes the flag of a record whose value nobody stored', async () => {
    const { writer, store, context } = memorySetup();
    const batch = batchOfRecords([0, { offset: 1, value: null, overflow: { valueSize: 99 } }]);
    expect(await writer.write(batch, context())).toEqual({ all: 'written', count: 2 });
    const [, flagged] = JSON.parse(store.objects.get(nameAt(0, '.json'))?.body.toString() ?? '[]');
    expect(flagged).toMatchObject({ offset: 1, overflowFlag: true, valueSize: 99 });
    expect(flagged).not.toHaveProperty('value');
  });

  it('closes its store', async () => {
    const { writer, store } = memorySetup();
    await writer.close();
    expect(store.calls).toEqual(['close']);
  });
});
