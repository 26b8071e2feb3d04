import { describe, expect, it } from 'vitest';
import { columnTypeText, parseColumnType } from '../../../../../functions/maxcompute-sink/tunnel/column-type.ts';

describe('types', () => {
  it.each([
    'tinyint',
    'smallint',
    'int',
    'bigint',
    'boolean',
    'float',
    'double',
    'string',
    'binary',
    'json',
    'date',
    'datetime',
    'timestamp',
    'timestamp_ntz',
    'interval_year_month',
    'interval_day_time',
    'decimal(10,2)',
    'varchar(10)',
    'char(3)',
    'array<bigint>',
    'map<string,array<decimal(38,18)>>',
    'struct<x:int,y:struct<z:map<string,char(2)>>>',
    'struct<`a:b,c<`:int,`d``e`:string>',
  ])('reads and prints %s', (text) => {
    const type = parseColumnType(text);
    expect(type.kind).not.toBe('other');
    expect(columnTypeText(type)).toBe(text);
  });

  it.each([
    ['BIGINT', { kind: 'bigint' }],
    [' Decimal( 10 , 2 ) ', { kind: 'decimal', precision: 10, scale: 2 }],
    ['DECIMAL(10)', { kind: 'decimal', precision: 10, scale: 0 }],
    ['DECIMAL', { kind: 'decimal', precision: 38, scale: 18 }],
    ['VARCHAR(7)', { kind: 'varchar', length: 7 }],
    ['ARRAY< STRING >', { kind: 'array', element: { kind: 'string' } }],
    ['Map<STRING, int>', { kind: 'map', key: { kind: 'string' }, value: { kind: 'int' } }],
  ])('reads %s', (text, type) => {
    expect(parseColumnType(text)).toEqual(type);
  });

  it('keeps the spelling of names of members', () => {
    expect(parseColumnType("STRUCT<Abc:INT COMMENT 'x', `D e`: STRING NOT NULL>")).toEqual({
      kind: 'struct',
      members: [
        { name: 'Abc', type: { kind: 'int' } },
        { name: 'D e', type: { kind: 'string' } },
      ],
    });
  });

  it.each([
    'vector(float,3)',
    'geography',
    'array<vector(3)>',
    'map<string>',
    'array<int,int>',
    'struct<x>',
    '',
    'array<int',
  ])('does not know %s', (text) => {
    expect(parseColumnType(text)).toEqual({ kind: 'other', text });
  });
});
