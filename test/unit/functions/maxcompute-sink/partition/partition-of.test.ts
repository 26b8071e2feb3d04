import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_PARTITION_WINDOW, partitionOf } from '../../../../../functions/maxcompute-sink/partition/partition-of.ts';
import { partitionValueProblem } from '../../../../../functions/maxcompute-sink/partition/partition-value.ts';
import { partitionText } from '../../../../../functions/maxcompute-sink/tunnel/partition-spec.ts';
import { blockOf, type ShortRecord } from '../../../../helpers/records.ts';
import { maxcomputeConfig } from '../config-of.ts';

const NOW = Date.parse('2030-06-07T08:09:10Z');

/** Partition of each record as the tunnel spells it, or why it has none. */
function partitionsOf(
  raw: Record<string, unknown>,
  records: readonly ShortRecord[],
  topic = 'orders',
): readonly string[] {
  const partitioning = partitionOf(maxcomputeConfig(raw));
  const block = blockOf(records, { topic, partition: 3 });
  return records.map((_, index) => {
    const window = partitioning.windowOf?.(block, index);
    const spec = partitioning.specOf({ topic, partition: 3, window }, NOW);
    const problem = partitioning.problemOf(block, index);
    expect(spec === undefined).toBe(problem !== undefined);
    expect(window === NO_PARTITION_WINDOW).toBe(problem !== undefined);
    return spec === undefined ? `found ${problem}` : partitionText(spec);
  });
}

const at = (text: string, offset = 0) => ({ offset, timestamp: Date.parse(text) });
const value = (json: string | null, offset = 0) => ({ offset, value: json });

describe('the partition of a record', () => {
  it.each([
    ['DAY', 'MM-dd-yyyy', 'pt=11-17-2020'],
    ['HOUR', 'MM-dd-yyyy', 'pt=11-17-2020 15'],
    ['MINUTE', 'MM-dd-yyyy', 'pt=11-17-2020 15:04'],
    ['DAY', 'yyyy-MM-dd', 'pt=2020-11-17'],
    ['HOUR', 'yyyy-MM-dd', 'pt=2020-11-17 15'],
    ['MINUTE', 'yyyy-MM-dd', 'pt=2020-11-17 15:04'],
  ])('by %s and %s is %s', (window, format, expected) => {
    const raw = { 'partition.window': window, 'partition.format': format };
    expect(partitionsOf(raw, [at('2020-11-17T15:04:59.999+08:00')])).toEqual([expected]);
  });

  it('changes at midnight of its time zone', () => {
    const records = [at('2026-11-20T15:59:59.999Z'), at('2026-11-20T16:00:00Z', 1)];
    expect(partitionsOf({ 'partition.window': 'DAY' }, records)).toEqual(['pt=11-20-2026', 'pt=11-21-2026']);
    const inBerlin = { 'partition.window': 'DAY', 'time.zone': 'Europe/Berlin' };
    expect(partitionsOf(inBerlin, records)).toEqual(['pt=11-20-2026', 'pt=11-20-2026']);
  });

  it('is that of the clock where that is asked for, and then of no window', () => {
    const raw = { 'partition.source': 'write-time' };
    expect(partitionsOf(raw, [at('2020-01-01T00:00:00Z'), { offset: 1, timestamp: -1 }])).toEqual([
      'pt=06-07-2030 16',
      'pt=06-07-2030 16',
    ]);
    expect(partitionOf(maxcomputeConfig(raw)).windowOf).toBeUndefined();
  });

  it('is none without a time that is on the calendar', () => {
    const records = [
      { offset: 0, timestamp: -1 },
      { offset: 1, timestamp: 1_700_000_000_000_000 },
      { offset: 2, timestamp: -62_167_219_200_001 },
      { offset: 3, timestamp: 0 },
    ];
    const beyond = 'found a record time that is not in the years 0000 to 9999';
    expect(partitionsOf({}, records)).toEqual(['found a record without a time', beyond, beyond, 'pt=01-01-1970 08']);
  });

  it('may be that of a time in the value', () => {
    const raw = { 'partition.source': 'field', 'partition.field': '/event/at' };
    const records = [
      value('{"event":{"at":1605596699999}}'),
      value('{"event":{"at":"2020-11-17 15:04:59"}}', 1),
      value('{"event":{"at":"2020-11-17T07:04:59.123456Z"}}', 2),
      value('{"event":{"at":"2020-11-17T07:04:59\\u005a"}}', 3),
      value('{"event":{"at":"yesterday"}}', 4),
      value('{"event":{"at":true}}', 5),
      value('{"event":{"at":1e30}}', 6),
      value('{"event":{}}', 7),
      value('{"event"', 8),
      value(null, 9),
    ];
    expect(partitionsOf(raw, records)).toEqual([
      'pt=11-17-2020 15',
      'pt=11-17-2020 15',
      'pt=11-17-2020 15',
      'pt=11-17-2020 15',
      'found a text that is no time such as 2026-11-21 10:15:30',
      'found a text that is no number',
      expect.stringContaining('found a number that is not from'),
      'found no field at /event/at of the value',
      'found a value that is no JSON',
      'found no value at all',
    ]);
  });

  it('may have several columns', () => {
    const raw = {
      'partition.columns': 'ds={timestamp:yyyyMMdd},hh={timestamp:HH},src={topic}-{partition},region={field:/region}',
    };
    const timestamp = Date.parse('2020-11-17T15:04:59+08:00');
    const record = (json: string, offset: number) => ({ offset, timestamp, value: json });
    const records = ['{"region":"eu"}', '{"region":7}', '{"region":-9007199254740993}'].map(record);
    expect(partitionsOf(raw, records, 'sales.eu')).toEqual([
      'ds=20201117,hh=15,src=sales.eu-3,region=eu',
      'ds=20201117,hh=15,src=sales.eu-3,region=7',
      'ds=20201117,hh=15,src=sales.eu-3,region=-9007199254740993',
    ]);
  });

  it('may have time of writing beside a field', () => {
    const raw = { 'partition.columns': 'pt={window},region={field:/r}', 'partition.source': 'write-time' };
    expect(partitionsOf(raw, [value('{"r":"eu"}')])).toEqual(['pt=06-07-2030 16,region=eu']);
  });

  it.each([
    ['"a/b"', 'a text for the partition that has other characters than'],
    ['"a\\nb"', 'a text for the partition that has other characters than'],
    ['"é"', 'a text for the partition that has other characters than'],
    ['"a,b"', 'a text for the partition that has other characters than'],
    ['"?"', 'a text for the partition that has other characters than'],
    ['""', 'a text for the partition that is empty'],
    ['" a"', 'a text for the partition that begins or ends with a space'],
    [`"${'a'.repeat(256)}"`, 'a text for the partition that has 256 characters, more than 255'],
    [`"${'a'.repeat(255)}"`, 'the value of region has 258 characters, more than 255'],
    ['1.5', 'no text or whole number at /r of the value'],
    ['{}', 'no text or whole number at /r of the value'],
    ['null', 'no text or whole number at /r of the value'],
  ])('is none for a field with %s', (json, found) => {
    const raw = { 'partition.columns': 'region=of-{field:/r}' };
    expect(partitionsOf(raw, [value(`{"r":${json}}`)])).toEqual([expect.stringContaining(`found ${found}`)]);
  });

  it('is empty for a table without partitions', () => {
    expect(partitionsOf({ 'partition.columns': 'none' }, [at('2020-11-17T15:04:59Z')])).toEqual(['']);
  });

  it('does not depend on the records before it', () => {
    const raw = { 'partition.columns': 'pt={window},r={field:/r}', 'partition.window': 'MINUTE' };
    const texts = fc.constantFrom('"a"', '"b"', '"/"', '1', '""');
    const records = fc.array(fc.tuple(fc.integer({ min: -2, max: 200_000 }), texts), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(records, (list) => {
        const all = list.map(([timestamp, r], offset) => ({ offset, timestamp, value: `{"r":${r}}` }));
        expect(partitionsOf(raw, all)).toEqual(all.flatMap((record) => partitionsOf(raw, [record])));
      }),
    );
  });

  it('has values that the service takes', () => {
    const raw = { 'partition.columns': 'pt={window},r={field:/r}' };
    const partitioning = partitionOf(maxcomputeConfig(raw));
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: -(10 ** 15), max: 10 ** 15 }), (text, timestamp) => {
        const block = blockOf([{ offset: 0, timestamp, value: JSON.stringify({ r: text }) }]);
        const window = partitioning.windowOf?.(block, 0);
        const spec = partitioning.specOf({ topic: 'orders', partition: 0, window }, NOW);
        for (const { value: own } of spec ?? []) expect(partitionValueProblem(own)).toBeUndefined();
        if (spec !== undefined) expect(spec[1]?.value).toBe(text);
      }),
    );
  });
});
