import { describe, expect, it } from 'vitest';
import { rowFormat } from '../../../../../functions/maxcompute-sink/format/row-format.ts';
import { FatalError } from '../../../../../shared/errors.ts';
import { maxcomputeConfig } from '../config-of.ts';
import { tableOf } from './rows-of.ts';

function refusalOf(raw: Record<string, unknown>, columns: string, partitionKeys?: string): string | undefined {
  try {
    rowFormat(maxcomputeConfig(raw), tableOf(columns, partitionKeys));
    return undefined;
  } catch (error) {
    if (!(error instanceof FatalError)) throw error;
    expect(error).toMatchObject({ code: 'MAXCOMPUTE_TABLE_UNFIT', mayHeal: true });
    return error.message;
  }
}

describe('a table that does not go with the configuration', () => {
  it.each([
    [{}, 'key string', 'there is no column value, which maxcompute.mode=DEFAULT writes'],
    [{}, 'value string', 'there is no column key'],
    [{ mode: 'VALUE' }, 'key string', 'there is no column value'],
    [{}, 'key string\nvalue geography', 'the column value is geography, which cannot be written'],
    [{}, 'key string\nvalue string\nid bigint not null', 'the column id is NOT NULL and nothing is written to it'],
    [{}, 'key string\nvalue string\noffset string', 'the column offset is string and must be bigint'],
    [{}, 'key string\nvalue string\ninsert_time string', 'must be bigint or datetime or timestamp'],
    [
      { format: 'BINARY' },
      'key binary\nvalue bigint',
      'the column value is bigint and must be binary, string for BINARY',
    ],
    [{ format: 'JSON', mode: 'VALUE' }, 'value bigint', 'the column value is bigint and must be json, string'],
    [{ format: 'FLATTEN', mode: 'VALUE' }, 'offset bigint', 'there is no column for the members of FLATTEN'],
    [
      { format: 'CSV', mode: 'VALUE' },
      'a array<geography>',
      'the column a is array<geography>, which cannot be written',
    ],
  ])('%j, %j: %s', (raw, columns, words) => {
    expect(refusalOf(raw, columns)).toContain(words);
  });

  it.each([
    [{}, 'day string', 'its partition columns are day, and maxcompute.partition.columns says pt'],
    [{}, '', 'its partition columns are none'],
    [{ 'partition.columns': 'none' }, 'pt string', 'says none'],
    [{ 'partition.columns': 'hh={timestamp:HH},pt={window}' }, 'pt string\nhh string', 'are pt, hh, and'],
  ])('%j for partitions %j', (raw, partitionKeys, words) => {
    expect(refusalOf(raw, 'key string\nvalue string', partitionKeys)).toContain(words);
  });

  it.each([
    [{}, 'pt bigint'],
    [{ 'partition.columns': 'ds={timestamp:yyyy-MM-dd},hh={timestamp:HH}' }, 'ds int\nhh int'],
    [{ 'partition.columns': 'pt=a{partition}' }, 'pt tinyint'],
  ])('%j for whole numbers in %j', (raw, partitionKeys) => {
    expect(refusalOf(raw, 'key string\nvalue string', partitionKeys)).toMatch(
      /its partition column (pt|ds) is \w+, and what maxcompute.partition.columns says of it is never a whole number/,
    );
  });

  it('says everything that is wrong, and what to do', () => {
    const message = refusalOf({}, 'offset string\nid bigint not null', 'day string');
    expect(message).toMatch(/^the table orders does not go with maxcompute.format=TEXT: /);
    expect(message?.split('; ')).toHaveLength(6);
    expect(message).toContain('alter the table or change the configuration');
  });
});

describe('a table that does', () => {
  it.each([
    [{}, 'key string\nvalue string', 'PT string'],
    [{}, 'key varchar(10)\nvalue datetime\nlater geography', 'pt string'],
    [{ 'partition.columns': 'none' }, 'key string\nvalue string', ''],
    [{ format: 'FLATTEN', mode: 'VALUE' }, 'id bigint\nshape geography', 'pt string'],
    [
      { 'partition.columns': 'ds={timestamp:yyyyMMdd},n={field:/n},p=1{partition}' },
      'key string\nvalue string',
      'ds bigint\nn int\np smallint',
    ],
  ])('%j, %j', (raw, columns, partitionKeys) => {
    expect(refusalOf(raw, columns, partitionKeys)).toBeUndefined();
  });
});
