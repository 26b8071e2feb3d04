import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invoker } from '../../../../functions/dispatcher/invokers/invoker.ts';
import { RetriableError } from '../../../../shared/errors.ts';
import type { RecordOutcome } from '../../../../shared/outcomes.ts';
import { type RecordBatch, recordsOf } from '../../../../shared/records.ts';
import { type Entry, expectEachOnce, type Hesitation, partitionLives } from '../../../helpers/partition-lives.ts';

/** A target that names what it stores by window and planned first offset, and replaces nothing. Calls fail before or after the write, take
 *  a long time, or land when their caller is long gone. */
class ObjectStore implements Invoker {
  readonly objects = new Map<string, string>();
  readonly differing: string[] = [];
  empty = 0;
  readonly #refused: ReadonlySet<number>;

  constructor(
    log: readonly Entry[],
    private readonly hesitation: Hesitation,
  ) {
    this.#refused = new Set(log.filter(({ refused }) => refused).map(({ offset }) => offset));
  }

  async invoke(batch: RecordBatch) {
    const { calm, roll } = this.hesitation;
    const fate = calm ? 0 : roll(8);
    if (fate === 7) throw new RetriableError('DOWN', 'before the write');
    await this.hesitation.maybe(4);
    const outcomes = this.#write(batch);
    if (fate === 6) throw new RetriableError('LOST', 'the reply');
    return { outcomes };
  }

  async close(): Promise<void> {
    this.hesitation.release(true);
  }

  offsets(): number[] {
    return [...this.objects.values()].flatMap((content) => content.split(',').map(Number));
  }

  #write(batch: RecordBatch): RecordOutcome[] {
    const records = [...recordsOf(batch)];
    const content = records.map(({ offset }) => offset).filter((offset) => !this.#refused.has(offset));
    const name = `${batch.window}/${batch.plannedFirst ?? content[0]}`;
    const before = this.objects.get(name);
    if (content.length === 0) this.empty++;
    else if (before === undefined) this.objects.set(name, content.join());
    // The first records may be deleted before the second try, and a first try may land after it.
    else if (!before.endsWith(content.join()) && !content.join().endsWith(before))
      this.differing.push(`${name}: ${before} | ${content}`);
    return records.map(({ topic, partition, offset }) =>
      this.#refused.has(offset)
        ? { topic, partition, offset, status: 'errant', code: 'REFUSED' }
        : { topic, partition, offset, status: 'written' },
    );
  }
}

describe('exactly once', () => {
  it.each([
    ['one window', 1, 'continue'],
    ['windows that interleave', 3, 'continue'],
    ['more windows than may be open', 6, 'continue'],
    ['partitions that stop at errant records and are resumed', 3, 'stop'],
    ['partitions whose stops are lifted while they are owned', 3, 'lift'],
    ['Kafka deletes records in between', 3, 'retention'],
  ] as const)('cuts the same batches again after any crash: %s', async (_, windows, mode) => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 12 }), async (seed, maxRecords) => {
        let store: ObjectStore | undefined;
        const target = (log: readonly Entry[], hesitation: Hesitation) => (store = new ObjectStore(log, hesitation));
        const errorsPolicy = mode === 'stop' || mode === 'lift' ? 'stop' : 'continue';
        const how = { errorsPolicy, retention: mode === 'retention', liftsInPlace: mode === 'lift' } as const;
        const result = await partitionLives({ seed, windows, maxRecords, ...how, target });
        expect(store?.differing).toEqual([]);
        expectEachOnce(result, store?.offsets() ?? []);
      }),
      // Once, records at which a partition had stopped were lost.
      { numRuns: 30, examples: [[1921377651, 1]] },
    );
  });

  it('cuts the same batches again also where the commit metadata has no room for more', async () => {
    let fullRuns = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.integer({ min: 1, max: 2 }), async (seed, maxRecords) => {
        let store: ObjectStore | undefined;
        const target = (log: readonly Entry[], hesitation: Hesitation) => (store = new ObjectStore(log, hesitation));
        const result = await partitionLives({ seed, windows: 200, maxRecords, farApart: true, target });
        if (result.fullSteps > 0) fullRuns++;
        expect(store?.differing).toEqual([]);
        expectEachOnce(result, store?.offsets() ?? []);
      }),
      { numRuns: 10 },
    );
    expect(fullRuns).toBeGreaterThan(0);
  });
});
