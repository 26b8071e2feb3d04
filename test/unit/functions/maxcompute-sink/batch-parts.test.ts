import { describe, expect, it } from 'vitest';
import { inWords, partsByWindow } from '../../../../functions/maxcompute-sink/batch-parts.ts';
import { writeParts } from '../../../../functions/maxcompute-sink/batch-write.ts';
import { FatalError, RetriableError } from '../../../../shared/errors.ts';
import type { RecordBlock } from '../../../../shared/records.ts';
import { batchOfRecords, offsets, offsetsOf } from '../../../helpers/records.ts';

/** Of every third offset. */
const windowOf = (block: RecordBlock, index: number) => String((block.offsets[index] ?? 0) % 3);

describe('a batch of several windows', () => {
  it('is cut into parts, each in the order of its offsets', () => {
    const parts = partsByWindow(batchOfRecords([0, 3, 1, 6, 2, 4, 5].sort()), windowOf);
    expect(parts.map((part) => [part.window, part.count, offsetsOf(part)])).toEqual([
      ['0', 3, [0, 3, 6]],
      ['1', 2, [1, 4]],
      ['2', 2, [2, 5]],
    ]);
    expect(parts.map(({ firstOffset, lastOffset }) => [firstOffset, lastOffset])).toEqual([
      [0, 6],
      [1, 4],
      [2, 5],
    ]);
  });

  it('stays whole where there are no windows, or where somebody cut it before', () => {
    const batch = batchOfRecords(offsets(0, 5));
    expect(partsByWindow(batch, undefined)).toEqual([batch]);
    const cut = { ...batch, window: 'one' };
    expect(partsByWindow(cut, windowOf)).toEqual([cut]);
  });

  it('is told in words', () => {
    const range = { topic: 'orders', partition: 3, firstOffset: 5, lastOffset: 12 };
    expect(inWords(range)).toBe('offsets 5 to 12 of orders-3');
    expect(inWords({ ...range, lastOffset: 5 })).toBe('offset 5 of orders-3');
  });
});

describe('a batch that is written in parts', () => {
  const batch = batchOfRecords(offsets(0, 4));
  const parts = partsByWindow(batch, (block, index) => String((block.offsets[index] ?? 0) % 2));
  const busy = new RetriableError('BUSY', 'busy', { retryAfterMs: 100 });
  const at = (offset: number) => ({ topic: 'orders', partition: 0, offset });

  it('is answered as one where all is written', async () => {
    expect(await writeParts(batch, parts, async () => [])).toEqual({ all: 'written', count: 4 });
  });

  it('is answered record by record where it is not', async () => {
    const outcome = await writeParts(batch, parts, async ({ window }) => {
      if (window === '0') throw busy;
      return [{ ...at(3), status: 'errant', code: 'BAD', message: 'bad' }];
    });
    const retry = { status: 'retry', code: 'BUSY', message: 'busy', retryAfterMs: 100 };
    expect(outcome).toEqual({
      outcomes: [
        { ...at(0), ...retry },
        { ...at(2), ...retry },
        { ...at(3), status: 'errant', code: 'BAD', message: 'bad' },
        { ...at(1), status: 'written' },
      ],
    });
  });

  it('fails where no part is written, and at once where no retry helps', async () => {
    await expect(writeParts(batch, parts, () => Promise.reject(busy))).rejects.toBe(busy);
    const fatal = new FatalError('NO', 'no');
    let calls = 0;
    const refuse = () => {
      calls++;
      return Promise.reject(fatal);
    };
    await expect(writeParts(batch, parts, refuse)).rejects.toBe(fatal);
    expect(calls).toBe(1);
  });
});
