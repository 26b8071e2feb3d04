import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProducerRecord } from '../../../../shared/kafka/driver.ts';
import { cutToSize, partitionOfKey } from '../../../../shared/kafka/producer.ts';
import { crc32cInTypeScript } from '../../../../shared/kafka/wire/crc32c.ts';
import { encodeRecordBatch } from '../../../../shared/kafka/wire/record-batch-encode.ts';

const record = (size: number): ProducerRecord => ({
  key: null,
  value: Buffer.alloc(size),
  headers: [],
  timestamp: 1_700_000_000_000,
});

describe('partitionOfKey', () => {
  // Hashes from apache/kafka UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('%s lies where Java puts it', (key, hash) => {
    expect(partitionOfKey(Buffer.from(key), 7)).toBe((hash & 0x7fff_ffff) % 7);
  });
});

describe('cutToSize', () => {
  it('keeps every record in order, and every batch of several below the size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { maxLength: 40 }), (sizes) => {
        const records = sizes.map(record);
        const runs = cutToSize(records, 1_000);
        expect(runs.flat()).toEqual(records);
        for (const run of runs) {
          expect(run.length).toBeGreaterThan(0);
          if (run.length > 1) expect(encodeRecordBatch(run, crc32cInTypeScript).length).toBeLessThanOrEqual(1_000 + 61);
        }
      }),
    );
  });

  it('leaves a record that is too large alone', () => {
    expect(cutToSize([record(10), record(5_000), record(10)], 1_000).map((r) => r.length)).toEqual([1, 1, 1]);
  });
});
