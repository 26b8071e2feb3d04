import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compressorFor } from '../../../../functions/oss-sink/compress.ts';
import { ObjectWriter } from '../../../../functions/oss-sink/object-writer.ts';
import { batchOfRecords, offsets } from '../../../helpers/records.ts';
import { memorySetup, nameAt } from './setup.ts';

const signal = new AbortController().signal;
const run = (from: number, to: number) => batchOfRecords(offsets(from, to)).segments;
const JSONL = { 'oss.format': 'jsonl' };
const DIFFERS = { name: 'FatalError', code: 'OSS_OBJECT_DIFFERS' };

async function contentOf(compression: 'none' | 'gzip', stored: Buffer = Buffer.alloc(0)): Promise<Buffer | undefined> {
  return (await compressorFor(compression)).decompress(stored).catch(() => undefined);
}

function setup(raw: Record<string, unknown> = {}) {
  const made = memorySetup({ ...JSONL, ...raw });
  const { store } = made;
  const name = () => [...store.objects.keys()][0] ?? '';
  /** Changes what is stored, and nothing of its metadata. */
  const damage = (change: (body: Buffer) => Buffer) => {
    const object = store.objects.get(name());
    if (object === undefined) throw new Error('nothing was written');
    store.objects.set(name(), { ...object, body: change(Buffer.from(object.body)) });
  };
  const downloads = () => store.calls.filter((call) => call.startsWith('get'));
  return { ...made, name, damage, downloads };
}

describe('an object of the same records', () => {
  it.each(['none', 'gzip', 'zstd'])('is recognised by its checksum, with no download (%s)', async (compression) => {
    const { objects, store, downloads } = setup({ 'oss.compression': compression });
    await objects.write(run(0, 9), signal);
    await objects.write(run(0, 9), signal);
    await objects.write(run(0, 12), signal);
    expect(downloads()).toEqual([]);
    expect(store.objects.size).toBe(2);
  });

  it('is recognised by its content where no checksum is told', async () => {
    const { objects, store, downloads } = setup();
    store.checksums = false;
    await objects.write(run(0, 9), signal);
    await objects.write(run(0, 9), signal);
    expect(downloads()).toEqual([`get ${nameAt(0)}`]);
    expect(store.objects.size).toBe(1);
  });

  it('is asked for again where a read brings another number of bytes than are there', async () => {
    const { objects, store } = setup();
    store.checksums = false;
    await objects.write(run(0, 9), signal);
    const get = store.get.bind(store);
    store.get = async (name) => (await get(name)).subarray(1);
    await expect(objects.write(run(0, 9), signal)).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'OSS_OBJECT_NOT_WHOLE',
    });
    store.get = get;
    await objects.write(run(0, 9), signal);
    expect(store.objects.size).toBe(1);
  });

  it('is recognised by its content where another version of the library compressed it', async () => {
    const made = setup({ 'oss.compression': 'gzip' });
    const gzip = await compressorFor('gzip');
    const older = new ObjectWriter({
      ...made,
      contentType: 'application/gzip',
      // A member more, of nothing: other bytes, the same content.
      compressor: async () => ({
        ...gzip,
        compress: async (content) =>
          Buffer.concat([await gzip.compress(content), await gzip.compress(Buffer.alloc(0))]),
      }),
    });
    await older.write(run(0, 9), signal);
    await made.objects.write(run(0, 9), signal);
    expect(made.downloads()).toHaveLength(1);
    await expect(
      made.objects.write(batchOfRecords([...offsets(0, 8), { offset: 8, value: 'x' }]).segments, signal),
    ).rejects.toMatchObject(DIFFERS);
    expect(made.store.objects.size).toBe(1);
  });

  it('of a topic that was made anew, of the same offsets and sizes, is not taken for ours', async () => {
    const { objects, store } = setup();
    const values = (letter: string) =>
      batchOfRecords(offsets(0, 3).map((offset) => ({ offset, value: letter }))).segments;
    await objects.write(values('a'), signal);
    const before = store.objects.get(nameAt(0));
    await expect(objects.write(values('b'), signal)).rejects.toMatchObject(DIFFERS);
    expect(store.objects.get(nameAt(0))).toBe(before);
  });
});

describe('an object that was damaged on its way, while its metadata was not', () => {
  it('never counts as written, whichever byte it is, checksum or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        fc.constantFrom('none' as const, 'gzip' as const),
        fc.constantFrom('envelope', 'jsonl', 'csv', 'raw'),
        async (where, flip, checksums, compression, format) => {
          const { objects, store, body, name, damage } = setup({
            'oss.compression': compression,
            'oss.format': format,
          });
          store.checksums = checksums;
          await objects.write(run(0, 5), signal);
          const content = await body.build(run(0, 5));
          damage((body) => {
            const at = Math.floor(where * body.length);
            body[at] = (body[at] ?? 0) ^ flip;
            return body;
          });
          // Some bits of gzip say nothing of the content.
          fc.pre(!(await contentOf(compression, store.objects.get(name())?.body))?.equals(content));
          await expect(objects.write(run(0, 5), signal)).rejects.toMatchObject(DIFFERS);
          await expect(objects.write(run(0, 8), signal)).rejects.toMatchObject(DIFFERS);
          expect(store.objects.size).toBe(1);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    ['cut short', (body: Buffer) => body.subarray(0, -1)],
    ['longer', (body: Buffer) => Buffer.concat([body, Buffer.from('\n')])],
  ])('and is %s does not prove a part of it either', async (_, change) => {
    const { objects, damage } = setup();
    await objects.write(run(0, 9), signal);
    damage(change);
    await expect(objects.write(run(0, 4), signal)).rejects.toMatchObject(DIFFERS);
  });

  it('proves no record that was damaged', async () => {
    const { objects, damage } = setup();
    await objects.write(run(0, 9), signal);
    damage((body) => Buffer.from(body.toString().replace('"v2"', '"v!"')));
    await expect(objects.write(run(0, 4), signal)).rejects.toMatchObject(DIFFERS);
    await expect(objects.write(run(0, 2), signal)).resolves.toBeUndefined();
  });
});
