/** Tests that need programs of another language: they run where it is there, and are skipped in one visible piece where it is not. */
import { describe, it, type TestContext } from 'vitest';
import { isMissing, type Missing } from '../../../infra/local/foreign/tool.ts';

/** `required` makes a test fail where it would be skipped otherwise: CI has every language, and must notice when it has not. */
const REQUIRED = process.env['SPILLWAY_FOREIGN_CLIENTS'] === 'required';

/** Skips the test (what is left of it), or fails it where nothing may be skipped; the end of the run repeats the reason. */
export function skipForeign({ task, skip }: Pick<TestContext, 'task' | 'skip'>, reason: string): never {
  if (REQUIRED) throw new Error(`${reason}, and SPILLWAY_FOREIGN_CLIENTS=required`);
  task.meta.foreignSkip = reason;
  return skip(reason);
}

/** Defines the tests of `define` when the programs were `found`, else one test that is skipped with the reason. The end of the run
 *  repeats it: `SKIPPED: Go clients: no go on this machine`. */
export function describeForeign<T extends object>(name: string, found: T | Missing, define: (found: T) => void): void {
  if (!isMissing(found)) {
    describe(name, () => define(found));
    return;
  }
  const reason = `${name}: ${found.missing}`;
  it(reason, (context) => skipForeign(context, reason));
}
