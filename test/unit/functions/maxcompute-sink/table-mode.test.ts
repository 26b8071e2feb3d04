import { describe, expect, it } from 'vitest';
import { tellsRecordsApart } from '../../../../functions/maxcompute-sink/session-lookup.ts';
import { tableDefinition } from '../../../../functions/maxcompute-sink/table-creation.ts';
import { modeOf, partitionOrNone } from '../../../../functions/maxcompute-sink/table-mode.ts';
import { columnTypeText } from '../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { maxcomputeConfig } from './config-of.ts';
import { KAFKA_TABLE, tableInfo } from './scripted-client.ts';

const KEYED = { ...KAFKA_TABLE, primaryKey: ['key'] };
const unfit = (text: RegExp) =>
  expect.objectContaining({ code: 'MAXCOMPUTE_TABLE_UNFIT', mayHeal: true, message: expect.stringMatching(text) });

describe('the way into a table', () => {
  it('is that of the table, or the one that is configured', () => {
    const modes = (info: typeof KAFKA_TABLE) =>
      ['auto', 'append', 'upsert', 'stream'].map((mode) => {
        try {
          return modeOf(maxcomputeConfig({ 'write.mode': mode }), info);
        } catch (thrown) {
          return thrown;
        }
      });
    expect(modes(KAFKA_TABLE)).toEqual(['append', 'append', unfit(/no primary key/), 'stream']);
    expect(modes(KEYED)).toEqual(['upsert', unfit(/has a primary key.*append/), 'upsert', unfit(/stream/)]);
    expect(modes({ ...KAFKA_TABLE, isView: true })).toEqual(Array.from({ length: 4 }, () => unfit(/is a view/)));
  });

  it('names no partition where the table has none', () => {
    expect(partitionOrNone([])).toBeUndefined();
    expect(partitionOrNone([{ name: 'pt', value: 'a' }])).toEqual([{ name: 'pt', value: 'a' }]);
  });
});

describe('whether a table tells records apart', () => {
  it.each([
    ['topic string, partition bigint, offset bigint', true],
    ['Offset bigint, v string, TOPIC varchar(20), `x` int, partition int', true],
    ['topic string, partition bigint', false],
    ['topic string, partition bigint, offset string', false],
    ['topic bigint, partition bigint, offset bigint', false],
  ])('%s: %s', (columns, answer) => {
    expect(tellsRecordsApart(tableInfo(columns))).toBe(answer);
  });
});

describe('the table that is created', () => {
  const shown = (raw: Record<string, string>) => {
    const { name, columns, partitionKeys } = tableDefinition(maxcomputeConfig(raw));
    const text = (list: typeof columns) => list.map((column) => `${column.name} ${columnTypeText(column.type)}`).join();
    return [name, text(columns), text(partitionKeys)];
  };

  it('has the columns that the format and the mode write', () => {
    expect(shown({})).toEqual([
      'orders',
      'topic string,partition bigint,offset bigint,key string,value string,insert_time bigint',
      'pt string',
    ]);
    expect(shown({ format: 'BINARY', mode: 'KEY' })[1]).toContain('offset bigint,key binary,insert_time');
    expect(shown({ format: 'JSON', mode: 'VALUE' })[1]).toContain('offset bigint,value json,insert_time');
  });

  it('has the partition columns of the configuration', () => {
    expect(shown({ 'partition.columns': 'ds={timestamp:yyyyMMdd},region={topic}' })[2]).toBe('ds string,region string');
    expect(shown({ 'partition.columns': 'none' })[2]).toBe('');
  });
});
