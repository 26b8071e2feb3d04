import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import '../../../cli/v8-settings.ts';
import { patternComplaint } from '../../../functions/control-plane/policy/topic-pattern.ts';

/** Far more than any takes that is harmless, and nothing to one that is not. */
const LIMIT_MS = 30_000;
const NAMES = ['a', 'b', 'ab', '-'].map((letters) => letters.repeat(249).slice(0, 248));

/** Whether it comes to an end; `undefined` when it is no pattern. */
function ends(pattern: string): boolean | undefined {
  try {
    for (const name of NAMES) {
      runInNewContext(
        'new RegExp(`^(?:${pattern})$`).test(name)',
        { pattern, name: `${name}!` },
        { timeout: LIMIT_MS },
      );
    }
    return true;
  } catch (thrown) {
    if ((thrown as Error).name === 'SyntaxError') return undefined;
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false;
    throw thrown;
  }
}

it('patterns that are tried on names come to an end', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '[ab]',
    '[^-]',
    '.',
    '\\w',
    '\\b',
    '(',
    '(?:',
    '(?!',
    '(?=',
    ')',
    '|',
    '*',
    '+',
    '?',
    '*?',
    '+?',
    '{2}',
    '{1,4}',
    '{1,8}',
    '{0,17}',
    '{2,}',
  );
  const patterns = fc.array(piece, { minLength: 1, maxLength: 14 }).map((pieces) => pieces.join(''));
  let tried = 0;
  fc.assert(
    fc.property(patterns, (pattern) => {
      if (patternComplaint(pattern) !== undefined) return;
      const end = ends(pattern);
      if (end !== undefined) tried += 1;
      expect([pattern, end]).not.toEqual([pattern, false]);
    }),
    {
      numRuns: 800,
      seed: 7,
      endOnFailure: true,
      examples: ['(a+)+b', '((a{1,4})+)+b', '(a|a)*b', '(?!x)[ab]*a*a*b', '(\\w+\\b)+!'].map((one) => [one]),
    },
  );
  expect(tried).toBeGreaterThan(60);
});
