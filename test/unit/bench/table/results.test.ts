import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../bench/measured/measure.ts';
import { type Result, ratios, resultBars, resultTable } from '../../../bench/table/results.ts';
import { chooseScenarios } from '../../../bench/table/scenarios.ts';

const run = (cpuSeconds: number, longestStallMs = 10): Measured => ({
  records: 500_000,
  seconds: 2,
  cpuSeconds,
  peakRssBytes: 200e6,
  longestStallMs,
});
const [reference, nothing] = chooseScenarios(false, []);
if (reference === undefined || nothing === undefined) throw new Error('there are no scenarios');
const results: Result[] = [
  { scenario: reference, runs: [run(2), run(4), run(3)] },
  { scenario: nothing, runs: [run(1), run(1), run(3, 45)] },
];

it('compares with plain kafkajs of the same round', () => {
  expect(results.map((result) => ratios(result, results))).toEqual([
    [1, 1, 1],
    [0.5, 0.25, 1],
  ]);
});

it('tables medians with their spread, and the worst of memory and stalls', () => {
  const [, , first, second] = resultTable(results).split('\n');
  const cells = (line = '') => line.split('|').map((cell) => cell.trim());
  expect(cells(first)).toEqual([
    '',
    '1024 B ascii, none',
    'kafkajs',
    '250,000',
    '6.00 (4.00-8.00)',
    '1',
    '200',
    '10',
    '',
  ]);
  expect(cells(second).slice(2, -1)).toEqual(['null', '250,000', '2.00 (2.00-6.00)', '0.50 (0.25-1.00)', '200', '45']);
});

it('puts a topic into one group of bars', () => {
  expect(resultBars(results)).toEqual([
    {
      name: '1024 B ascii, none',
      bars: [
        { name: 'kafkajs', median: 6, least: 4, most: 8, reference: true },
        { name: 'null', median: 2, least: 2, most: 6, reference: false },
      ],
    },
  ]);
});

describe('chooseScenarios', () => {
  const names = (all: boolean, ...only: string[]) => chooseScenarios(all, only).map(({ name }) => name);

  it('puts plain kafkajs before the ways of each topic', () => {
    expect(names(false, '1024 B ascii none: raw')).toEqual([
      '1024 B ascii none: kafkajs',
      '1024 B ascii none: raw',
      '1024 B ascii none: raw+gzip',
    ]);
  });

  it('has every way over every topic, each once', () => {
    const all = names(true);
    expect(new Set(all).size).toBe(all.length);
    for (const codec of ['none', 'lz4', 'zstd']) {
      for (const text of ['ascii', 'chinese']) {
        for (const bytes of [1024, 200, 100]) expect(all).toContain(`${bytes} B ${text} ${codec}: csv`);
      }
    }
    expect(names(false).every((name) => all.includes(name))).toBe(true);
  });

  it('finds nothing under a name that no scenario has', () => {
    expect(names(false, 'parquet')).toEqual([]);
  });
});
