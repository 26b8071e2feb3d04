import { describe, expect, it } from 'vitest';
import type { TestModule } from 'vitest/node';
import { countTests } from '../../helpers/tests-line-reporter.ts';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

function file(state: 'passed' | 'failed', tests: readonly State[]): TestModule {
  const children = { allTests: () => tests.map((test) => ({ result: () => ({ state: test }) })) };
  return { state: () => state, children } as unknown as TestModule;
}

describe('countTests', () => {
  it('counts each outcome over all files', () => {
    const files = [file('passed', ['passed', 'skipped']), file('failed', ['failed', 'passed'])];
    expect(countTests(files, [])).toEqual({ passed: 2, failed: 1, skipped: 1 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    expect(countTests([file('failed', [])], [])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts a file whose hook threw after its tests passed as a failure', () => {
    expect(countTests([file('failed', ['passed'])], [])).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it('counts a test that never ended as a failure', () => {
    expect(countTests([file('passed', ['pending'])], [])).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });

  it('counts errors outside of any test as failures', () => {
    expect(countTests([file('passed', ['passed'])], [new Error('late')])).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});
