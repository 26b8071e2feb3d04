import { describe, expect, it } from 'vitest';
import { countsOf, relabelled, summary } from '../../search-matrix/matrix.ts';

const LINE = 'Tests: 12 passed, 0 failed, 3 skipped';

describe('countsOf', () => {
  it.each([
    [`noise\n${LINE}\n`, 0, { passed: 12, failed: 0, skipped: 3 }],
    ['Tests: 1 passed, 4 failed, 0 skipped\n', 1, { passed: 1, failed: 4, skipped: 0 }],
    // Ended badly after counting, and before.
    [`${LINE}\n`, 1, { passed: 12, failed: 1, skipped: 3 }],
    ['out of memory', 134, { passed: 0, failed: 1, skipped: 0 }],
    ['', 0, { passed: 0, failed: 1, skipped: 0 }],
  ])('%j with exit code %i', (output, code, counts) => {
    expect(countsOf(output, code)).toEqual(counts);
  });
});

it('leaves no second line that a program could take for the sum', () => {
  expect(relabelled(`a\n${LINE}`, 'opensearch-2')).toBe('a\nTests on opensearch-2: 12 passed, 0 failed, 3 skipped');
});

it('sums up, and says which servers are missing and why', () => {
  const runs = [
    { server: 'elasticsearch-8', counts: { passed: 12, failed: 0, skipped: 1 }, seconds: 61.2 },
    { server: 'opensearch-2', counts: { passed: 10, failed: 2, skipped: 0 }, seconds: 40 },
  ];
  const text = summary(runs, { 'opensearch-3': 'needs Java 21' });
  expect(text).toContain('elasticsearch-8          12 passed, 0 failed, 1 skipped ');
  expect(text).toContain('\nSKIPPED: opensearch-3: needs Java 21\n');
  expect(text).toMatch(/\nTests: 22 passed, 2 failed, 1 skipped\n$/);
  expect(text.match(/^Tests: /gm)).toHaveLength(1);
});
