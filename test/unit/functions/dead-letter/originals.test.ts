import { describe, expect, it } from 'vitest';
import { findOriginals } from '../../../../functions/dead-letter/originals.ts';
import { FatalError } from '../../../../shared/errors.ts';
import type { KafkaAdmin, KafkaReader } from '../../../../shared/kafka/driver.ts';
import { recordAt } from '../../../../shared/records.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';

const TP = { topic: 'orders', partition: 0 };

/** A partition with records at `offsets`, ten offsets a page, that begins at `from` and ends at `to`. */
function partitionOf(offsets: readonly number[], range: { from: number; to: number }) {
  const pages: number[] = [];
  const admin = {
    listOffsets: async (_: string, at: 'earliest' | 'latest') =>
      new Map([[0, at === 'earliest' ? range.from : range.to]]),
  } as unknown as KafkaAdmin;
  const reader = {
    page: async (_topic: string, _partition: number, from: number) => {
      pages.push(from);
      if (from < range.from) throw new FatalError('OFFSET_OUT_OF_RANGE', 'gone');
      const until = Math.min(range.to, (Math.floor(from / 10) + 1) * 10);
      const here = offsets.filter((offset) => offset >= from && offset < until);
      return { blocks: here.length === 0 ? [] : [blockAt(here)], nextOffset: until };
    },
  } as unknown as KafkaReader;
  return { admin, reader, pages };
}

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n);

async function valuesOf(parts: ReturnType<typeof partitionOf>, offsets: readonly number[]) {
  const found = await findOriginals(parts, TP, offsets);
  return [...found].map(([offset, { block, index }]) => [offset, recordAt(block, index).value?.toString()]);
}

describe('findOriginals', () => {
  it('reads a partition once, and skips what lies between', async () => {
    const parts = partitionOf(upTo(100), { from: 0, to: 100 });
    expect(await valuesOf(parts, [3, 7, 12, 55, 56])).toEqual(
      [3, 7, 12, 55, 56].map((offset) => [offset, `v${offset}`]),
    );
    expect(parts.pages).toEqual([3, 12, 55]);
  });

  it('leaves out what was compacted, what retention took, and what never was', async () => {
    const parts = partitionOf([20, 22, 29], { from: 20, to: 30 });
    expect(await valuesOf(parts, [5, 20, 21, 29, 30, 400])).toEqual([
      [20, 'v20'],
      [29, 'v29'],
    ]);
    expect(parts.pages).toEqual([20]);
  });

  it('asks for nothing where nothing is wanted or held', async () => {
    const parts = partitionOf(upTo(10), { from: 0, to: 10 });
    expect(await valuesOf(parts, [])).toEqual([]);
    expect(await valuesOf(parts, [10])).toEqual([]);
    expect(parts.pages).toEqual([]);
  });

  it('finds nothing in a topic, or a partition, that is gone', async () => {
    const { reader } = partitionOf([], { from: 0, to: 0 });
    const missing = async () => {
      throw new FatalError('TOPIC_MISSING', 'no such topic');
    };
    const noTopic = { listOffsets: missing } as unknown as KafkaAdmin;
    const noPartition = { listOffsets: async () => new Map([[7, 3]]) } as unknown as KafkaAdmin;
    for (const admin of [noTopic, noPartition])
      expect([...(await findOriginals({ admin, reader }, TP, [1]))]).toEqual([]);
  });

  it('looks again when retention overtakes it', async () => {
    const range = { from: 0, to: 30 };
    const parts = partitionOf(upTo(30), range);
    const { page } = parts.reader;
    parts.reader.page = (topic, partition, from) => {
      range.from = 15;
      return page(topic, partition, from);
    };
    expect(await valuesOf(parts, [3, 20])).toEqual([[20, 'v20']]);
  });

  it('passes on a refusal', async () => {
    const { reader } = partitionOf([], { from: 0, to: 9 });
    const denied = new FatalError('TOPIC_AUTHORIZATION_FAILED', 'no');
    const admin = { listOffsets: async () => Promise.reject(denied) } as unknown as KafkaAdmin;
    await expect(findOriginals({ admin, reader }, TP, [1])).rejects.toBe(denied);
  });
});
