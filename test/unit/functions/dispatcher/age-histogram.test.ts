import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeHistogram } from '../../../../functions/dispatcher/age-histogram.ts';
import { batchOf } from '../../../../shared/envelope/block-builder.ts';
import { blockOf } from '../../../helpers/records.ts';

interface Value {
  readonly metricName: string;
  readonly labels: { readonly le?: number | string };
  readonly value: number;
}

describe('AgeHistogram', () => {
  it('counts every record in its bucket, for any times', () => {
    const now = 1_700_000_000_000;
    const age = fc.oneof(
      // On an edge, and next to it.
      fc.constantFrom(-1, 0, 99, 100, 101, 250, 251, 2_500, 86_400_000, 86_400_001),
      fc.integer({ min: -1_000, max: 100_000_000 }),
    );
    // Neighbours of about one age, as Kafka has them.
    const ages = fc
      .array(fc.tuple(age, fc.integer({ min: 1, max: 5 })), { minLength: 1, maxLength: 10 })
      .map((runs) => runs.flatMap(([ms, times]) => Array.from({ length: times }, (_, more) => ms + more)));
    fc.assert(
      fc.property(fc.array(ages, { minLength: 1, maxLength: 4 }), (batches) => {
        const histogram = new AgeHistogram('age', '');
        for (const [offset, of] of batches.entries()) {
          const block = blockOf(of.map((ms, index) => ({ offset: offset + index, timestamp: now - ms })));
          histogram.observe({ topic: 't' }, batchOf(block), now);
        }
        const all = batches.flat().map((ms) => Math.max(0, ms));
        for (const { metricName, labels, value } of histogram.get().values as Value[]) {
          if (metricName === 'age_count') expect(value).toBe(all.length);
          else if (metricName === 'age_sum') expect(value).toBe(all.reduce((sum, ms) => sum + ms, 0) / 1000);
          else {
            const upTo = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le);
            expect(value).toBe(all.filter((ms) => ms / 1000 <= upTo).length);
          }
        }
      }),
    );
  });
});
