import { describe, expect, it, onTestFinished } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { BufferPool, poisonGivenBack } from '../../../../../shared/buffer-pool.ts';
import type { FetchWay } from '../../../../../shared/kafka/driver.ts';
import { recordSource } from '../../../../../shared/kafka/wire/decode-records.ts';
import { type RecordBlock, valueAt } from '../../../../../shared/records.ts';
import { batch, gzip, lz4 } from './batches.ts';

const LARGE = 'x'.repeat(10_000);

function fetchedBy(way: FetchWay, bytes: Buffer, freed?: () => void) {
  const account = new MemoryBudget(1_000_000);
  const frame = account.take(bytes.length, freed);
  const decoder = recordSource(way, {
    topic: 't',
    partition: 0,
    bytes,
    fetchOffset: 0,
    readCommitted: true,
    abortedTransactions: [],
    memory: { account, frame },
  });
  return { account, frame, decoder };
}

const plain = (from: number) => batch({ baseOffset: from, records: [{ delta: 0, value: 'a' }] });
const packed = (from: number) => batch({ baseOffset: from, records: [{ delta: 0, value: LARGE }], ...gzip });

describe.each<FetchWay>(['fast', 'kafkajs'])('decoding the way %s', (way) => {
  const fetched = (bytes: Buffer) => fetchedBy(way, bytes);

  /** Blocks of a frame, each held, and what lets the frame itself go. */
  async function held(bytes: Buffer, freed: () => void) {
    const { decoder, frame } = fetchedBy(way, bytes, freed);
    const blocks: RecordBlock[] = [];
    for await (const block of decoder.blocks()) blocks.push(block);
    return { blocks, release: () => frame.release() };
  }

  it('counts the frame of uncompressed records until their block is let go', async () => {
    const bytes = Buffer.concat([plain(0), plain(1)]);
    const { account, frame, decoder } = fetched(bytes);
    const blocks: RecordBlock[] = [];
    for await (const block of decoder.blocks()) blocks.push(block);
    frame.release();
    expect(blocks).toHaveLength(way === 'fast' ? 1 : 2);
    expect(account.usedBytes).toBe(bytes.length + blocks.reduce((sum, block) => sum + columnsOf(block), 0));
    for (const block of blocks) block.memory?.release();
    expect(account.usedBytes).toBe(0);
  });

  it('takes columns for the records there are, however plain and compressed batches alternate', async () => {
    const small = (from: number) => batch({ baseOffset: from, records: [{ delta: 0, value: 'a' }], ...gzip });
    const bytes = Buffer.concat(Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? plain(i) : small(i))));
    const { account, frame, decoder } = fetched(bytes);
    const blocks: RecordBlock[] = [];
    for await (const block of decoder.blocks()) blocks.push(block);
    expect(blocks).toHaveLength(400);
    // Less than 150 bytes a record, and not 400 times 400 records.
    expect(account.usedBytes - bytes.length).toBeLessThan(400 * 150);
    for (const block of blocks) block.memory?.release();
    frame.release();
    expect(account.usedBytes).toBe(0);
  });

  it('lets a frame be written over when the last of its blocks is let go, and not before', async () => {
    onTestFinished(poisonGivenBack());
    const pool = new BufferPool({ maxFreeBytes: 1_000_000, leastFilled: 0, sizeFor: (bytes) => bytes });
    const sent = Buffer.concat([plain(0), packed(1), plain(2)]);
    const payload = pool.take(sent.length);
    sent.copy(payload);
    const { blocks, release } = await held(payload, () => pool.giveBack(payload));
    release();
    const values = () => blocks.map((block) => String(valueAt(block, 0)));
    expect(values()).toEqual(['a', LARGE, 'a']);
    blocks[0]?.memory?.release();
    blocks[1]?.memory?.release();
    expect([values().at(-1), pool.freeBytes]).toEqual(['a', 0]);
    blocks[2]?.memory?.release();
    expect([values()[0], values().at(-1), pool.freeBytes]).toEqual(['\ufffd', '\ufffd', sent.length]);
  });

  it('lets what it opened be written over when the last of its blocks is let go, and not before', async () => {
    onTestFinished(poisonGivenBack());
    const pool = new BufferPool({ maxFreeBytes: 10_000_000, leastFilled: 0, sizeFor: (bytes) => bytes });
    const account = new MemoryBudget(10_000_000);
    const value = (i: number) => String(i).repeat(300_000);
    const batches = [lz4, gzip, lz4, gzip].map((codec, i) =>
      batch({ baseOffset: i, records: [{ delta: 0, value: value(i) }], ...codec }),
    );
    const bytes = Buffer.concat(batches);
    const frame = account.take(bytes.length);
    const place = { topic: 't', partition: 0, fetchOffset: 0, readCommitted: true, abortedTransactions: [] };
    const blocks: RecordBlock[] = [];
    for await (const block of recordSource(way, { ...place, bytes, memory: { account, frame, pool } }).blocks())
      blocks.push(block);
    frame.release();
    const intact = () => blocks.map((block, i) => String(valueAt(block, 0)) === value(i));
    expect(intact()).toEqual([true, true, true, true]);
    expect(new Set(blocks.map((block) => block.bytes.buffer)).size).toBeLessThan(blocks.length);
    const held = new Set(blocks.keys());
    for (const i of [2, 0, 3, 1]) {
      expect([...held].map((at) => intact()[at])).not.toContain(false);
      blocks[i]?.memory?.release();
      held.delete(i);
    }
    expect([intact(), account.usedBytes]).toEqual([[false, false, false, false], 0]);
  });

  it('counts what decompression made, and not the frame it came from', async () => {
    const { account, frame, decoder } = fetched(Buffer.concat([packed(0), packed(1)]));
    const blocks: RecordBlock[] = [];
    for await (const block of decoder.blocks()) blocks.push(block);
    frame.release();
    expect(account.usedBytes).toBe(blocks.reduce((sum, block) => sum + block.bytes.length + columnsOf(block), 0));
    expect(account.usedBytes).toBeGreaterThan(20_000);
    for (const block of blocks) block.memory?.release();
    expect(account.usedBytes).toBe(0);
  });

  it('opens a compressed batch only when the one before is done with', async () => {
    const bytes = Buffer.concat([packed(0), packed(1), packed(2)]);
    const { account, frame, decoder } = fetched(bytes);
    const most: number[] = [];
    for await (const block of decoder.blocks()) {
      most.push(account.usedBytes - bytes.length);
      block.memory?.release();
      if (decoder.nextOffset === 2) break;
    }
    frame.release();
    expect(most).toHaveLength(2);
    expect(Math.max(...most)).toBeLessThan(11_000);
    expect([decoder.nextOffset, account.usedBytes]).toEqual([2, 0]);
  });

  it('leaves nothing counted when a batch is damaged', async () => {
    const damaged = packed(1);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    const { account, frame, decoder } = fetched(Buffer.concat([packed(0), damaged]));
    const read = async () => {
      for await (const block of decoder.blocks()) block.memory?.release();
    };
    await expect(read()).rejects.toMatchObject({ code: 'RECORD_BATCH_CORRUPT' });
    frame.release();
    expect([decoder.nextOffset, account.usedBytes]).toEqual([1, 0]);
  });
});

/** All columns of a block lie in one buffer. */
function columnsOf(block: RecordBlock): number {
  return block.offsets.buffer.byteLength;
}
