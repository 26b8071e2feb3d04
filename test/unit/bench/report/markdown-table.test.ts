import { expect, it } from 'vitest';
import { markdownTable } from '../../../bench/report/markdown-table.ts';

it('makes columns as wide as their widest cell, and fills what a row lacks', () => {
  expect(markdownTable(['', 'CPU-s'], [['kafkajs', '4.8'], ['null']])).toBe(
    ['|         | CPU-s |', '| ------- | ----- |', '| kafkajs | 4.8   |', '| null    |       |'].join('\n'),
  );
});
