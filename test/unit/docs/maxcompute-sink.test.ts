import { describe, expect, it } from 'vitest';
import { maxcomputeSink } from '../../../functions/maxcompute-sink/config.ts';
import { META_NAMES } from '../../../functions/maxcompute-sink/format/table-plan.ts';
import { PARTITION_SOURCES } from '../../../functions/maxcompute-sink/keys/partition-keys.ts';
import { FORMATS, MODES } from '../../../functions/maxcompute-sink/keys/row-keys.ts';
import { WRITE_MODES } from '../../../functions/maxcompute-sink/keys/target-keys.ts';
import { partitionColumnComplaint } from '../../../functions/maxcompute-sink/partition/partition-column.ts';
import {
  PARTITION_FORMATS,
  PARTITION_WINDOWS,
  windowPattern,
} from '../../../functions/maxcompute-sink/partition/window-text.ts';
import { parseColumnType } from '../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { timeFormat } from '../../../shared/time-pattern.ts';
import { page } from './pages.ts';

const text = page('docs/maxcompute-sink.md');

/** Rows of the table whose head begins with `head`. */
function rowsUnder(head: string): string[][] {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head)) + 2;
  const rows = lines.slice(start);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((row) => row.split('|').slice(1, -1));
}

/** What stands between backticks in the first cell of each row. */
function firstCells(head: string): string[] {
  return rowsUnder(head).flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
}

describe('docs/maxcompute-sink.md', () => {
  it.each([
    ['| `maxcompute.format`', FORMATS],
    ['| `maxcompute.mode`', MODES],
    ['| `maxcompute.write.mode`', WRITE_MODES],
    ['| `maxcompute.partition.source`', PARTITION_SOURCES],
    ['| `maxcompute.partition.window`', PARTITION_WINDOWS],
    ['| Column ', [...META_NAMES]],
  ])('has a row for each value under %s', (head, values) => {
    expect(firstCells(head).sort()).toEqual([...values].sort());
  });

  it('shows partitions as they are', () => {
    const at = Date.parse('2026-11-21T10:15:30+08:00');
    for (const [first = '', ...shown] of rowsUnder('| `maxcompute.partition.window`')) {
      const window = PARTITION_WINDOWS.find((name) => first.includes(`\`${name}\``));
      const expected = PARTITION_FORMATS.map((format) =>
        window === undefined ? '' : timeFormat(windowPattern(format, window), 'Asia/Shanghai')(at),
      );
      expect(shown.map((cell) => /`([^`]+)`/.exec(cell)?.[1])).toEqual(expected);
    }
  });

  it('shows partition columns that are some', () => {
    const placeholders = firstCells('| Placeholder').map((shown) => `pt=${shown}`);
    const examples = [...text.matchAll(/^maxcompute\.partition\.columns=(.*)$/gm)].flatMap(([, list = '']) =>
      list.split(','),
    );
    expect(placeholders).toHaveLength(5);
    expect(examples.length).toBeGreaterThan(5);
    for (const shown of [...placeholders, ...examples]) {
      expect([shown, partitionColumnComplaint(shown)]).toEqual([shown, undefined]);
    }
  });

  it('has every type of a column', () => {
    const kinds = firstCells('| Type ').map((shown) => {
      const concrete = shown.replace('(p,s)', '(10,2)').replace('(n)', '(5)').replace('<T>', '<int>');
      return parseColumnType(concrete.replace('<K,V>', '<int,int>').replace('<...>', '<a:int>')).kind;
    });
    const known =
      'tinyint smallint int bigint decimal float double boolean string binary varchar char json date datetime';
    const others = 'timestamp timestamp_ntz interval_year_month interval_day_time array map struct';
    expect(kinds).toEqual([...known.split(' '), ...others.split(' ')]);
  });

  it('names no key that there is none of', () => {
    const keys = [...text.matchAll(/(?<![.\w])maxcompute(?:\.[a-z]+)+(?=[`=:])/g)].map(([key]) => key);
    expect(keys.length).toBeGreaterThan(30);
    expect(keys.filter((key) => !Object.hasOwn(maxcomputeSink.keys, key))).toEqual([]);
  });
});
