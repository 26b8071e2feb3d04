import { describe, expect, it } from 'vitest';
import { parseColumnType } from '../../../../../infra/local/maxcompute/column-type.ts';
import {
  checkNewPartition,
  partitionText,
  readPartition,
} from '../../../../../infra/local/maxcompute/partition-spec.ts';

const key = (name: string, type: string) => ({ name, type: parseColumnType(type), nullable: true, comment: '' });
const KEYS = [key('ds', 'string'), key('hh', 'bigint')];

describe('a partition', () => {
  it('is read in any order, quoted or not, as the endpoint wants it', () => {
    expect(partitionText(readPartition('hh=7,ds=2026-01-01 10:00', KEYS, false))).toBe('ds=2026-01-01 10:00,hh=7');
    expect(partitionText(readPartition(`ds='a', hh='7'`, KEYS, true))).toBe('ds=a,hh=7');
    expect(readPartition(undefined, [], false)).toEqual([]);
  });

  it.each([
    [undefined, false, 'MissingPartitionSpec'],
    ['', false, 'MissingPartitionSpec'],
    ['ds=a', false, 'InvalidPartitionSpec'],
    ['ds=a,hh=7,mm=1', false, 'InvalidPartitionSpec'],
    ['ds=a,mm=7', false, 'InvalidPartitionSpec'],
    ['ds=a,hh=seven', false, 'InvalidPartitionSpec'],
    ['ds=,hh=7', false, 'InvalidPartitionSpec'],
    ['ds', false, 'InvalidPartitionSpec'],
    [`ds='a',hh='7'`, false, 'InvalidPartitionSpec'],
    ['ds=a,hh=7', true, 'InvalidPartitionSpec'],
  ])('is refused: %s', (text, isQuoted, code) => {
    expect(() => readPartition(text, KEYS, isQuoted)).toThrow(expect.objectContaining({ code, status: 400 }));
  });

  it('is refused where the table has none', () => {
    expect(() => readPartition('pt=a', [], false)).toThrow(expect.objectContaining({ code: 'InvalidPartitionSpec' }));
  });

  it.each(['é', 'a/b', 'a=b', `a'b`, 'a\nb', 'x'.repeat(256)])('may not be made with the value %j', (value) => {
    expect(() => checkNewPartition([{ name: 'pt', value }])).toThrow('has characters');
    expect(() => checkNewPartition([{ name: 'pt', value: '2026-01-01 10:00_#.!@$' }])).not.toThrow();
  });
});
