import { describe, expect, it } from 'vitest';
import { keyHash } from '../../../../../infra/local/maxcompute/bucket.ts';
import {
  columnTypeText,
  hasJson,
  needsSecondEdition,
  parseColumnType,
} from '../../../../../infra/local/maxcompute/column-type.ts';

describe('a type', () => {
  it.each([
    ['BIGINT', 'bigint'],
    [' decimal ( 10 , 2 ) ', 'decimal(10,2)'],
    ['decimal(10)', 'decimal(10,0)'],
    ['DECIMAL', 'decimal(38,18)'],
    ['varchar(65535)', 'varchar(65535)'],
    ['Array<Struct<x:INT, `y`:map<string,timestamp_ntz>>>', 'array<struct<x:int,y:map<string,timestamp_ntz>>>'],
  ])('%s is %s', (text, canonical) => {
    expect(columnTypeText(parseColumnType(text))).toBe(canonical);
  });

  it.each([
    '',
    'text',
    'decimal(39,0)',
    'decimal(10,11)',
    'varchar',
    'varchar(0)',
    'char(256)',
    'array<int',
    'int int',
    'map<int>',
  ])('%s is none', (text) => {
    expect(() => parseColumnType(text)).toThrow();
  });

  it('knows what needs a switch', () => {
    const needs = (text: string) => needsSecondEdition(parseColumnType(text));
    expect(['bigint', 'datetime', 'map<string,array<double>>'].map(needs)).toEqual([false, false, false]);
    expect(['int', 'decimal(1,0)', 'map<string,array<int>>', 'struct<x:bigint>'].map(needs)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['json', 'struct<x:array<json>>', 'string'].map((text) => hasJson(parseColumnType(text)))).toEqual([
      true,
      true,
      false,
    ]);
  });
});

/** Hashes of the SDK for Java, which pyodps' compiled one agrees with. */
describe('the hash of a key', () => {
  const combined = (hash: number) => hash ^ (hash >> 8);

  it.each([
    ['bigint', '1', 357_654_460],
    ['bigint', '-1', 357_653_185],
    ['bigint', '2', 715_307_540],
    ['bigint', '123456789012345678', 1_482_795_759],
    ['string', 'a', -902_917_054],
    ['string', 'hello', -1_259_046_373],
    ['string', 'user-1234567890', -204_003_896],
    ['string', 'é', -173_234_514],
    ['double', 1.5, 356_777_983],
  ])('of %s %s', (type, cell, hash) => {
    expect(keyHash([parseColumnType(type)], [cell])).toBe(combined(hash));
  });

  it('of several columns', () => {
    expect(keyHash([parseColumnType('bigint')], ['1'])).toBe(356_781_795);
    expect(keyHash([parseColumnType('bigint'), parseColumnType('string')], ['1', 'a'])).toBe(547_392_525);
  });

  it('is not known of every type', () => {
    expect(keyHash([parseColumnType('decimal(10,2)')], ['1.00'])).toBeUndefined();
  });
});
