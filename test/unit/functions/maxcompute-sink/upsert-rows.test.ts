import { describe, expect, it } from 'vitest';
import { rowFormat } from '../../../../functions/maxcompute-sink/format/row-format.ts';
import { bucketOf } from '../../../../functions/maxcompute-sink/tunnel/bucket-hash.ts';
import { parseColumnType } from '../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { upsertRows } from '../../../../functions/maxcompute-sink/upsert-rows.ts';
import { crc32cInTypeScript } from '../../../../shared/kafka/wire/crc32c.ts';
import type { RecordBatch } from '../../../../shared/records.ts';
import { ManualClock } from '../../../helpers/manual-clock.ts';
import { batchOfRecords, offsets } from '../../../helpers/records.ts';
import { maxcomputeConfig } from './config-of.ts';
import { tableInfo } from './scripted-client.ts';

const MIB = 1024 * 1024;
const KEYED = tableInfo('key string, value string', { primaryKey: ['key'], partitionKeys: [] });
const STRING = [parseColumnType('string')];

/** Rows of `batch` for a table of so many buckets. */
function encoded(batch: RecordBatch, buckets: number, clock = new ManualClock()) {
  const format = rowFormat(maxcomputeConfig({ 'partition.columns': 'none' }), KEYED, 8 * MIB);
  const session: Parameters<typeof upsertRows>[1] = {
    ...({} as Parameters<typeof upsertRows>[1]),
    schema: KEYED,
    rowColumns: KEYED.columns,
    hashKey: ['key'],
    bucketOf: (keys) => bucketOf(STRING, keys, buckets),
    endRow: (encoder) => encoder.endRow(),
  };
  const deps = { format, primaryKey: ['key'], crc32c: crc32cInTypeScript, clock };
  return upsertRows(batch, session, deps, new AbortController().signal);
}

describe('rows of a table with a primary key', () => {
  it('let others have their turn between large ones', async () => {
    const clock = new ManualClock();
    let asked = 0;
    clock.breath = () => {
      asked++;
      return undefined;
    };
    const value = 'x'.repeat(256 * 1024);
    await encoded(batchOfRecords([0, 1, 2, 3].map((offset) => ({ offset, key: `k${offset}`, value }))), 4, clock);
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  it('take little memory beside themselves, however many buckets they are spread over', async () => {
    const batch = batchOfRecords(offsets(0, 8_000).map((offset) => ({ offset, key: `k${offset}`, value: 'v' })));
    const before = process.memoryUsage().arrayBuffers;
    const { buckets, rows } = await encoded(batch, 1_000);
    const taken = process.memoryUsage().arrayBuffers - before;
    expect(buckets.length).toBeGreaterThan(990);
    expect(rows).toBe(8_000);
    expect(taken).toBeLessThan(16 * MIB);
    for (const { encoder } of buckets) encoder.discard();
  });
});
