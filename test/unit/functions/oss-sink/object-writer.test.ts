import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FatalError, RecordError, RetriableError } from '../../../../shared/errors.ts';
import { batchOfRecords, offsets } from '../../../helpers/records.ts';
import { memorySetup, nameAt } from './setup.ts';

const signal = new AbortController().signal;
const run = (from: number, to: number) => batchOfRecords(offsets(from, to)).segments;
const JSONL = { 'oss.format': 'jsonl' };

/** Offsets in an object of JSON lines. */
const offsetsIn = (body: Buffer | undefined) =>
  (body?.toString() ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).offset);

describe('an object', () => {
  it('is put once, with its range and size as metadata', async () => {
    const { objects, store } = memorySetup(JSONL);
    await objects.write(run(5, 8), signal);
    expect(store.calls).toEqual([`put ${nameAt(5)}`]);
    const object = store.objects.get(nameAt(5));
    expect(object).toMatchObject({
      contentType: 'application/x-ndjson',
      metadata: {
        'spillway-first-offset': '5',
        'spillway-last-offset': '7',
        'spillway-records': '3',
        'spillway-bytes': String(object?.body.length),
      },
    });
  });

  it('counts as written when the same one is there already', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.failures.push({ error: new RetriableError('OSS_UNREACHABLE', 'lost'), lost: true });
    await expect(objects.write(run(0, 3), signal)).rejects.toThrow('lost');
    await objects.write(run(0, 3), signal);
    expect(store.objects.size).toBe(1);
    expect(store.calls).toEqual([`put ${nameAt(0)}`, `put ${nameAt(0)}`, `head ${nameAt(0)}`]);
  });

  it('with the first of our records stays, and the rest becomes another', async () => {
    const { objects, store } = memorySetup(JSONL);
    await objects.write(run(0, 3), signal);
    await objects.write(run(3, 5), signal);
    await objects.write(run(0, 9), signal);
    const contents = [0, 3, 5].map((offset) => offsetsIn(store.objects.get(nameAt(offset))?.body));
    expect(contents).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6, 7, 8],
    ]);
    expect(store.objects.size).toBe(3);
  });

  it('that begins with our records proves that they are written', async () => {
    for (const compression of ['none', 'gzip']) {
      const { objects, store } = memorySetup({ 'oss.compression': compression });
      await objects.write(run(0, 9), signal);
      await objects.write(run(0, 4), signal);
      expect(store.objects.size).toBe(1);
    }
  });

  it.each([
    ['the ones in the middle', [0, 5, 8]],
    ['the first ones', offsets(3, 9)],
    ['all but one', [4]],
  ])('of the planned name proves that ours are written when Kafka removed %s meanwhile', async (_, left) => {
    for (const format of ['envelope', 'jsonl', 'csv', 'raw']) {
      const { objects, store } = memorySetup({ 'oss.format': format, 'oss.compression': 'gzip' });
      await objects.write(run(0, 9), signal, 0);
      await objects.write(batchOfRecords(left).segments, signal, 0);
      expect(store.objects.size).toBe(1);
      expect(store.calls.filter((call) => call.startsWith('put'))).toHaveLength(2);
    }
  });

  it('is named by what was planned, the ones after it by their first record', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.limit = { bytes: 400, error: new RecordError('OSS_OBJECT_TOO_LARGE', 'too large') };
    await objects.write(run(12, 20), signal, 10);
    const names = [...store.objects.keys()];
    expect(names[0]).toBe(nameAt(10));
    expect(offsetsIn(store.objects.get(nameAt(10))?.body)[0]).toBe(12);
    for (const name of names.slice(1)) expect(nameAt(offsetsIn(store.objects.get(name)?.body)[0])).toBe(name);
    expect(names.flatMap((name) => offsetsIn(store.objects.get(name)?.body))).toEqual(offsets(12, 20));
  });

  it('of the planned name that lacks our first record is left alone', async () => {
    const { objects, store } = memorySetup(JSONL);
    await objects.write(run(3, 9), signal, 0);
    await expect(objects.write(run(1, 9), signal, 0)).rejects.toMatchObject({ code: 'OSS_OBJECT_DIFFERS' });
    expect(store.objects.size).toBe(1);
  });

  it.each([
    ['another content', batchOfRecords([0, { offset: 1, value: 'other' }, 2]).segments],
    ['another first part', batchOfRecords([0, { offset: 1, value: 'other' }, 2, 3, 4]).segments],
    ['another beginning of it', batchOfRecords([0, { offset: 1, value: 'other' }]).segments],
    ['other content in a record between', batchOfRecords([0, { offset: 2, value: 'other' }]).segments],
    ['a record more in the middle', batchOfRecords([0, { offset: 0.5 }, 1, 2, 3]).segments],
  ])('with %s is left alone, and everything stops', async (_, ours) => {
    const { objects, store } = memorySetup(JSONL);
    await objects.write(run(0, 3), signal);
    const before = store.objects.get(nameAt(0));
    const writing = objects.write(ours, signal);
    await expect(writing).rejects.toBeInstanceOf(FatalError);
    await expect(writing).rejects.toMatchObject({
      code: 'OSS_OBJECT_DIFFERS',
      context: { topic: 'orders', partition: 0, offset: 0 },
      message: expect.stringContaining('holds 3 records, offsets 0 to 2'),
    });
    expect(store.objects.get(nameAt(0))).toBe(before);
    expect(store.objects.size).toBe(1);
  });

  it.each([
    ['no metadata', {}],
    ['metadata that is no number', { 'spillway-first-offset': 'x', 'spillway-bytes': 'y' }],
  ])('of somebody else, with %s, is left alone', async (_, metadata) => {
    const { objects, store } = memorySetup(JSONL);
    store.objects.set(nameAt(0), { name: nameAt(0), body: Buffer.from('theirs'), contentType: 'text/plain', metadata });
    await expect(objects.write(run(0, 3), signal)).rejects.toMatchObject({ code: 'OSS_OBJECT_DIFFERS' });
    expect(store.objects.get(nameAt(0))?.body.toString()).toBe('theirs');
  });

  it('whose content is not what its metadata says proves nothing', async () => {
    const { objects, store } = memorySetup(JSONL);
    await objects.write(run(0, 9), signal);
    const whole = store.objects.get(nameAt(0));
    if (whole === undefined) throw new Error('not written');
    store.objects.set(nameAt(0), { ...whole, body: Buffer.concat([whole.body, Buffer.from('\n')]) });
    await expect(objects.write(run(0, 4), signal)).rejects.toMatchObject({ code: 'OSS_OBJECT_DIFFERS' });
  });

  it('that vanished between two requests is tried again later', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.put = async () => 'exists';
    await expect(objects.write(run(0, 3), signal)).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_OBJECT_GONE',
    });
  });
});

describe('a bucket with versioning, which ignores forbid-overwrite', () => {
  it('is looked at before each put, so that nothing is replaced', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.versioned = true;
    await objects.write(run(0, 3), signal);
    const first = store.objects.get(nameAt(0));
    await objects.write(run(0, 3), signal);
    await objects.write(run(0, 5), signal);
    await expect(objects.write(batchOfRecords([{ offset: 0, value: 'other' }]).segments, signal)).rejects.toMatchObject(
      {
        code: 'OSS_OBJECT_DIFFERS',
      },
    );
    expect(store.objects.get(nameAt(0))).toBe(first);
    expect(store.calls.filter((call) => call.startsWith('put'))).toEqual([`put ${nameAt(0)}`, `put ${nameAt(3)}`]);
  });
});

describe('objects that the service finds too large', () => {
  const error = new RecordError('OSS_OBJECT_TOO_LARGE', 'too large');

  it('are cut in halves until they fit', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.limit = { bytes: 400, error };
    await objects.write(run(0, 10), signal);
    const stored = [...store.objects.values()].flatMap(({ body }) => offsetsIn(body));
    expect(stored).toEqual(offsets(0, 10));
    expect(store.objects.size).toBeGreaterThan(1);
  });

  it('of a single record are its own fault', async () => {
    const { objects, store } = memorySetup(JSONL);
    store.limit = { bytes: 10, error };
    await expect(objects.write(run(0, 2), signal)).rejects.toBe(error);
  });
});

describe('batches cut at random, with replies lost and batches repeated', () => {
  const LENGTH = 30;

  it('never lose or replace a record; without a shorter replay each is there once', async () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: 12 }),
      lost: fc.boolean(),
      back: fc.integer({ min: 0, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), fc.boolean(), async (steps, versioned) => {
        const { objects, store } = memorySetup(JSONL);
        store.versioned = versioned;
        const cuts = [0];
        let shorter = false;
        for (const { size, lost, back } of steps) {
          // A crash: go on from an earlier commit.
          for (let i = 0; i < back && cuts.length > 1; i++) cuts.pop();
          const from = cuts.at(-1) ?? 0;
          if (from >= LENGTH) break;
          const to = Math.min(LENGTH, from + size);
          if (lost) store.failures.push({ error: new RetriableError('OSS_UNREACHABLE', 'lost'), lost: true });
          const snapshot = new Map(store.objects);
          const there = store.objects.get(nameAt(from));
          if (there !== undefined && Number(there.metadata['spillway-last-offset']) >= to) shorter = true;
          await objects.write(run(from, to), signal).then(
            () => cuts.push(to),
            (error) => expect(error).toBeInstanceOf(RetriableError),
          );
          store.failures.length = 0;
          for (const [name, object] of snapshot) expect(store.objects.get(name)).toBe(object);
        }
        const end = cuts.at(-1) ?? 0;
        const stored = [...store.objects.values()]
          .flatMap(({ body }) => offsetsIn(body))
          .filter((offset) => offset < end);
        expect([...new Set(stored)].sort((a, b) => a - b)).toEqual(offsets(0, end));
        if (!shorter && !overlapping(store)) expect(stored).toHaveLength(end);
      }),
      { numRuns: 150 },
    );
  });

  /** A replay that grew past the start of a later object: the next batch begins where no object does. */
  const overlapping = (store: { objects: Map<string, { metadata: Readonly<Record<string, string>> }> }) => {
    const ranges = [...store.objects.values()]
      .map(
        ({ metadata }) =>
          [Number(metadata['spillway-first-offset']), Number(metadata['spillway-last-offset'])] as const,
      )
      .sort(([a], [b]) => a - b);
    return ranges.some(([first], i) => i > 0 && first <= (ranges[i - 1]?.[1] ?? -1));
  };
});
