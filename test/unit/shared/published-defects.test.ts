/** The six defects of the published Java implementation of the managed sink connector, each as a test that ours has not got it. */
import { describe, expect, it } from 'vitest';
import { Batcher } from '../../../shared/batcher.ts';
import { batchOf, originalOf } from '../../../shared/envelope/block-builder.ts';
import { encodedOverflowBytes, encodedRecordBytes } from '../../../shared/envelope/element-size.ts';
import { ENVELOPE_OVERHEAD_BYTES, encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { OffsetTracker } from '../../../shared/offset-tracker.ts';
import { keyAt, type RecordBatch, type RecordBlock, valueAt } from '../../../shared/records.ts';
import { blockOf, offsets, offsetsOf } from '../../helpers/records.ts';

const TP = { topic: 'orders', partition: 0 };

/** Sends a block through a batcher with these limits and gives the batches that left. */
function batchesOf(block: RecordBlock, limits: { maxRecords: number; maxBytes: number }): RecordBatch[] {
  const closed: RecordBatch[] = [];
  const batcher = new Batcher(TP, { ...limits, lingerMs: 1_000, maxOpenWindows: 8 }, (batch) => closed.push(batch));
  for (let i = 0; i < block.count; i++) {
    batcher.add(block, i, encodedRecordBytes(block, i, PLAIN_ENVELOPE), undefined, 0);
  }
  batcher.flush('flush');
  return closed;
}

describe('defects of the published Java implementation that are not ours', () => {
  it('1: the record that finds the batch full is not lost', () => {
    const block = blockOf(offsets(0, 61));
    const byCount = batchesOf(block, { maxRecords: 20, maxBytes: 1e6 });
    expect(byCount.map(offsetsOf)).toEqual([offsets(0, 20), offsets(20, 40), offsets(40, 60), [60]]);
    const byBytes = batchesOf(block, { maxRecords: 1e6, maxBytes: 1_000 });
    expect(byBytes.length).toBeGreaterThan(2);
    expect(byBytes.flatMap(offsetsOf)).toEqual(offsets(0, 61));
  });

  it('2: a null value is a record like any other', () => {
    const block = blockOf([
      { offset: 1, value: null },
      { offset: 2, key: null, value: null },
    ]);
    const [batch] = batchesOf(block, { maxRecords: 20, maxBytes: 1e6 });
    expect(batch && JSON.parse(encodeEnvelope(batch, PLAIN_ENVELOPE).toString())).toMatchObject([
      { offset: 1, valueSize: 0 },
      { offset: 2, valueSize: 0 },
    ]);
  });

  it('3: overflow is decided on the encoded element, and never ends in an empty request', () => {
    const limit = 400;
    // 250 bytes of value fit the limit; as a JSON string every quote takes two.
    const block = blockOf([{ offset: 1 }, { offset: 2, value: '"'.repeat(250) }, { offset: 3 }]);
    const encoded = encodedRecordBytes(block, 1, PLAIN_ENVELOPE);
    expect(encoded + ENVELOPE_OVERHEAD_BYTES).toBeGreaterThan(limit);

    const closed: RecordBatch[] = [];
    const limits = { maxRecords: 20, maxBytes: limit, lingerMs: 1_000, maxOpenWindows: 8 };
    const batcher = new Batcher(TP, limits, (batch) => closed.push(batch));
    const overflow = { valueSize: 250 };
    batcher.add(block, 0, encodedRecordBytes(block, 0, PLAIN_ENVELOPE), undefined, 0);
    batcher.addAlone(block, 1, encodedOverflowBytes(block, 1, overflow, PLAIN_ENVELOPE), undefined, overflow);
    batcher.add(block, 2, encodedRecordBytes(block, 2, PLAIN_ENVELOPE), undefined, 0);
    batcher.flush('flush');
    expect(closed.map(offsetsOf)).toEqual([[1], [2], [3]]);
    for (const batch of closed) expect(encodeEnvelope(batch, PLAIN_ENVELOPE).length).toBeLessThanOrEqual(limit);
  });

  it('4: lengths are counted in bytes of the request, so it never exceeds its limit', () => {
    const limit = 1_000;
    const values = ['订单已发货', '😀😀😀', 'ascii', '"quoted\n"', '\u0000\u001f'];
    const block = blockOf(offsets(0, 200).map((offset) => ({ offset, key: '键', value: values[offset % 5] ?? '' })));
    const closed = batchesOf(block, { maxRecords: 1e6, maxBytes: limit });
    const sizes = closed.map((batch) => encodeEnvelope(batch, PLAIN_ENVELOPE).length);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
    expect(Math.max(...sizes)).toBeGreaterThan(limit - 200);
    expect(closed.flatMap(offsetsOf)).toEqual(offsets(0, 200));
  });

  it('5: an overflowed record that proves errant still has its value for the error topic', () => {
    const closed: RecordBatch[] = [];
    const limits = { maxRecords: 20, maxBytes: 300, lingerMs: 1_000, maxOpenWindows: 8 };
    const batcher = new Batcher(TP, limits, (batch) => closed.push(batch));
    const block = blockOf([{ offset: 1 }, { offset: 2, key: 'k', value: 'x'.repeat(1_000) }]);
    batcher.addAlone(block, 1, 100, undefined, { valueSize: 1_000 });
    const segment = closed[0]?.segments[0];
    const original = segment && originalOf(segment.block, segment.from);
    expect(original && keyAt(original.block, original.index)?.toString()).toBe('k');
    expect(original && valueAt(original.block, original.index)?.toString()).toBe('x'.repeat(1_000));
  });

  it('6: nothing is committed that was not delivered', () => {
    const tracker = new OffsetTracker(TP, 0);
    const block = blockOf(offsets(0, 40));
    tracker.track(block);
    tracker.advance(40);
    tracker.ackBatch(batchOf(block, 20, 40));
    expect(tracker.committable()).toBeUndefined();
    tracker.ackBatch(batchOf(block, 0, 19));
    expect(tracker.committable()).toBe(19);
    tracker.ack(19);
    expect(tracker.committable()).toBe(40);
  });
});
