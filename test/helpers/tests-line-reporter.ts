import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { foreignSummary } from './foreign/summary.ts';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Counts tests. A file that failed without a failed test (it could not be loaded, a hook threw) and an error outside of any test count as
 *  one failure each, so that a broken run never reads as "0 failed". */
export function countTests(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): TestCounts {
  const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed++;
      else if (state === 'skipped') counts.skipped++;
      else failedHere++;
    }
    counts.failed += failedHere === 0 && module.state() === 'failed' ? 1 : failedHere;
  }
  return counts;
}

/** The end of a run: which programs of other people took part, then the one line that programs read,
 *  `Tests: 812 passed, 0 failed, 3 skipped`. */
export default class TestsLineReporter implements Reporter {
  /** Named last in the configuration, so that this comes after the other reporters' summaries. */
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const { passed, failed, skipped } = countTests(modules, unhandledErrors);
    for (const line of foreignSummary(modules)) process.stdout.write(`${line}\n`);
    process.stdout.write(`Tests: ${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}
