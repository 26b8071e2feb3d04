import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HAS_ESCAPED_NAME } from '../../../../shared/kernel/json-check.ts';
import { jsonCheckers } from '../../../helpers/kernel/json-checkers.ts';
import { expectedVerdict, verdictsOf } from '../../../helpers/kernel/json-reference.ts';
import { RandomJson } from '../../../helpers/kernel/random-json.ts';

const VALUES = 1_000_000;
const VALUES_A_BLOCK = 10_000;

it('both checks accept and refuse what JSON.parse does, for a million texts that were JSON before', {
  timeout: 300_000,
}, () => {
  let accepted = 0;
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new RandomJson(seed);
      const values = Array.from({ length: VALUES_A_BLOCK }, () => random.next());
      const expected = values.map(expectedVerdict);
      accepted += expected.filter((verdict) => verdict > 0).length;
      const gap = random.below(3);
      for (const checker of jsonCheckers) {
        const verdicts = verdictsOf(checker, values, { gap });
        const wrong = verdicts.findIndex(
          (verdict, i) => (verdict < 0 ? verdict : verdict & ~HAS_ESCAPED_NAME) !== expected[i],
        );
        expect(
          wrong < 0
            ? ''
            : `${JSON.stringify(values[wrong]?.toString('latin1'))}: ${verdicts[wrong]}, not ${expected[wrong]}`,
          checker.name,
        ).toBe('');
      }
    }),
    { numRuns: VALUES / VALUES_A_BLOCK, endOnFailure: true },
  );
  // Neither is rare, or the test would show little.
  expect(accepted).toBeGreaterThan(VALUES / 5);
  expect(accepted).toBeLessThan((VALUES * 4) / 5);
});
