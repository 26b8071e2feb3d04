import { describe, expect, it } from 'vitest';
import { MemoryBudget } from '../../../../../functions/dispatcher/memory/memory-budget.ts';
import { COLUMN_BYTES } from '../../../../../shared/kafka/wire/block-builder.ts';
import { RecordDecoder } from '../../../../../shared/kafka/wire/record-batch.ts';
import type { RecordBlock } from '../../../../../shared/records.ts';
import { batch, gzip } from './batches.ts';

const LARGE = 'x'.repeat(10_000);

function fetched(bytes: Buffer) {
  const account = new MemoryBudget(1_000_000);
  const frame = account.take(bytes.length);
  const decoder = new RecordDecoder({
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

describe('RecordDecoder', () => {
  it('counts the frame of uncompressed records until their block is let go', async () => {
    const bytes = Buffer.concat([plain(0), plain(1)]);
    const { account, frame, decoder } = fetched(bytes);
    const blocks: RecordBlock[] = [];
    for await (const block of decoder.blocks()) blocks.push(block);
    frame.release();
    expect(blocks).toHaveLength(1);
    expect(account.usedBytes).toBe(bytes.length + columnsOf(blocks[0]));
    blocks[0]?.memory?.release();
    expect(account.usedBytes).toBe(0);
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

function columnsOf(block: RecordBlock | undefined): number {
  return ((block?.offsets.buffer.byteLength ?? 0) / Float64Array.BYTES_PER_ELEMENT) * COLUMN_BYTES;
}
