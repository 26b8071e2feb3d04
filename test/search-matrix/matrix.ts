/** What the runs of a matrix say together. */
import type { TestCounts } from '../helpers/tests-line-reporter.ts';

/** One run of the suites. */
export interface ServerRun {
  readonly server: string;
  readonly counts: TestCounts;
  readonly seconds: number;
}

const TESTS_LINE = /^Tests: (\d+) passed, (\d+) failed, (\d+) skipped$/m;

/** The counts in the output of a run. One that ended badly without a failed test, or before it had counted, counts as one failure. */
export function countsOf(output: string, exitCode: number): TestCounts {
  const [, passed = '0', failed = '0', skipped = '0'] = TESTS_LINE.exec(output) ?? [];
  const isBroken = exitCode !== 0 || !TESTS_LINE.test(output);
  return { passed: Number(passed), failed: Math.max(Number(failed), isBroken ? 1 : 0), skipped: Number(skipped) };
}

const text = ({ passed, failed, skipped }: TestCounts) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

/** The line that programs read once must come once, so that of a single run names its server. */
export function relabelled(output: string, server: string): string {
  return output.replace(/^Tests: /gm, `Tests on ${server}: `);
}

/** A line for each server, one for each that is missing, and the sum, with the line that programs read at the end.
 *  @param skipped servers that could not be started, with the reason */
export function summary(runs: readonly ServerRun[], skipped: Readonly<Record<string, string>>): string {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts } of runs) {
    sum.passed += counts.passed;
    sum.failed += counts.failed;
    sum.skipped += counts.skipped;
  }
  const lines = [
    'Search servers:',
    ...runs.map(
      ({ server, counts, seconds }) => `  ${server.padEnd(24)} ${text(counts).padEnd(36)} ${Math.round(seconds)} s`,
    ),
    ...Object.entries(skipped).map(([server, reason]) => `SKIPPED: ${server}: ${reason}`),
    `Tests: ${text(sum)}`,
  ];
  return `${lines.join('\n')}\n`;
}
