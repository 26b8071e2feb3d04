import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockIntake, type IntakeHost } from '../../../../functions/dispatcher/block-intake.ts';
import { type PlannedRange, type StopMark, windowName } from '../../../../functions/dispatcher/commit-metadata.ts';
import { examine, type IntakeRules } from '../../../../functions/dispatcher/intake.ts';
import { PlannedBatches } from '../../../../functions/dispatcher/planned-batches.ts';
import { Batcher, type BatchLimits } from '../../../../shared/batcher.ts';
import { PLAIN_ENVELOPE } from '../../../../shared/envelope/encode.ts';
import type { ErrantReason } from '../../../../shared/errant.ts';
import { NULL_VALUES } from '../../../../shared/null-values.ts';
import { OffsetTracker } from '../../../../shared/offset-tracker.ts';
import { offsetAt, type RecordBatch, type RecordBlock } from '../../../../shared/records.ts';
import type { WindowOf } from '../../../../shared/sink.ts';
import { blockOf, offsetsOf } from '../../../helpers/records.ts';

const TP = { topic: 'orders', partition: 0 };
const NOT_UTF8 = Buffer.from([0xff, 0x61]);

interface Setting {
  readonly rules: IntakeRules;
  readonly limits: BatchLimits;
  readonly errorsPolicy: 'continue' | 'stop';
  readonly windowOf: WindowOf | undefined;
  readonly plan: readonly PlannedRange[] | undefined;
  readonly stop: StopMark | undefined;
}

/** A partition that writes down what becomes of its records. */
class Partition implements IntakeHost {
  readonly log: unknown[] = [];
  stopMark: StopMark | undefined;
  readonly batcher: Batcher;
  readonly planned: PlannedBatches | undefined;

  constructor(readonly setting: Setting) {
    this.stopMark = setting.stop;
    this.batcher = new Batcher(TP, setting.limits, (batch, reason) => this.#closed(batch, reason));
    if (setting.plan === undefined) return;
    const host = {
      tp: TP,
      tracker: new OffsetTracker(TP, 0),
      stopMark: undefined,
      commitOffset: 0,
      recut: (batch: RecordBatch) => this.#closed(batch, 'recut'),
      finishAlone: () => this.log.push('finish alone'),
    };
    this.planned = new PlannedBatches({ plan: setting.plan, committed: 0, withTokens: false }, host);
  }

  #closed(batch: RecordBatch, reason: string): void {
    const { window, encodedBytes } = batch;
    this.log.push([reason, window, encodedBytes, offsetsOf(batch), batch.segments.map(({ from, to }) => [from, to])]);
  }

  settled(offset: number, status: 'written' | 'dropped'): void {
    this.log.push([status, offset]);
  }

  stopAt(offset: number, { code }: ErrantReason): void {
    this.stopMark = { offset, code };
    this.log.push(['stop', offset, code]);
  }

  errant(offset: number, { code }: ErrantReason): void {
    this.log.push(['errant', offset, code]);
  }

  ended(): unknown[] {
    this.batcher.flush('flush');
    this.planned?.passed(Number.MAX_SAFE_INTEGER);
    return this.log;
  }
}

/** Intake by the book: each record by itself. */
function takeOneByOne(partition: Partition, block: RecordBlock, now: number): void {
  const { rules, errorsPolicy, windowOf } = partition.setting;
  const { batcher, planned } = partition;
  const refused: [number, ErrantReason][] = [];
  for (let index = 0; index < block.count; index++) {
    const offset = offsetAt(block, index);
    if (partition.stopMark !== undefined && offset >= partition.stopMark.offset) break;
    const verdict = examine(block, index, rules);
    const window = windowOf?.(block, index);
    if (typeof verdict === 'number') {
      const claim = planned?.claim(block, index, verdict, window);
      if (claim === undefined) batcher.add(block, index, verdict, window, now);
      else batcher.closeWindow(window, 'plan');
      if (claim === 'written') partition.settled(offset, 'written');
    } else if (verdict === 'dropped') partition.settled(offset, 'dropped');
    else if ('alone' in verdict) {
      if (planned?.isWritten(block, index, window)) partition.settled(offset, 'written');
      else batcher.addAlone(block, index, verdict.encodedBytes, window, verdict.claimCheck ? null : verdict.alone);
    } else if (errorsPolicy === 'stop') partition.stopAt(offset, verdict.errant);
    else refused.push([offset, verdict.errant]);
  }
  for (const [offset, reason] of refused) partition.errant(offset, reason);
}

function takeByBlock(partition: Partition, block: RecordBlock, now: number): void {
  const { rules, errorsPolicy, windowOf } = partition.setting;
  const intake = new BlockIntake(
    { intake: rules, errorsPolicy, windowOf },
    partition.batcher,
    partition.planned,
    partition,
  );
  for (const { index, reason } of intake.take(block, now)) partition.errant(offsetAt(block, index), reason);
}

const byTimestamp: WindowOf = (block, index) => `w${block.timestamps[index]}`;

const content = fc.oneof(
  { weight: 12, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(NOT_UTF8) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(300), '"'.repeat(200)) },
);
const record = fc.record({ gap: fc.nat(2), key: content, value: content, timestamp: fc.nat(2) });
const converter = fc.constantFrom('string' as const, 'bytes' as const);
const rules = fc
  .record({
    keyConverter: converter,
    valueConverter: converter,
    nullValues: fc.constantFrom(...NULL_VALUES),
    overflowPolicy: fc.constantFrom('claim-check' as const, 'error-topic' as const, 'flag' as const),
    invokeMaxBytes: fc.constantFrom(200, 400, 10_000),
  })
  .map((chosen): IntakeRules => {
    const { keyConverter: keyEncoding, valueConverter: valueEncoding } = chosen;
    return { ...chosen, envelope: { ...PLAIN_ENVELOPE, keyEncoding, valueEncoding } };
  });
const setting: fc.Arbitrary<Setting> = fc
  .record({
    rules,
    limits: fc.record({
      maxRecords: fc.integer({ min: 1, max: 20 }),
      maxBytes: fc.integer({ min: 150, max: 2_000 }),
      lingerMs: fc.constant(1_000),
      maxOpenWindows: fc.integer({ min: 1, max: 3 }),
    }),
    errorsPolicy: fc.constantFrom('continue' as const, 'stop' as const),
    windowOf: fc.constantFrom(undefined, byTimestamp),
    stopAt: fc.option(fc.nat(90), { nil: undefined }),
    ranges: fc.option(
      fc.array(fc.record({ skip: fc.nat(9), length: fc.integer({ min: 1, max: 12 }), done: fc.boolean() }), {
        maxLength: 4,
      }),
      { nil: undefined },
    ),
  })
  .map(({ stopAt, ranges, ...rest }) => {
    let next = 0;
    const window = rest.windowOf === undefined ? undefined : windowName('w1');
    const plan = ranges?.map(({ skip, length, done }): PlannedRange => {
      const first = next + skip;
      next = first + length;
      return { first, last: next - 1, window, done, token: undefined };
    });
    const stop = stopAt === undefined ? undefined : { offset: stopAt, code: 'EARLIER' };
    return { ...rest, plan, stop };
  });

describe('BlockIntake', () => {
  it('does what taking in record by record would do, for any records and rules', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(record, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 4 }),
        setting,
        (fetched, chosen) => {
          const byBlock = new Partition(chosen);
          const oneByOne = new Partition(chosen);
          let offset = -1;
          for (const [now, records] of fetched.entries()) {
            const block = blockOf(
              records.map(({ gap, ...rest }) => {
                offset += 1 + gap;
                return { offset, ...rest };
              }),
            );
            takeByBlock(byBlock, block, now);
            takeOneByOne(oneByOne, block, now);
            for (const partition of [byBlock, oneByOne]) partition.planned?.passed(offset + 1);
            expect(byBlock.batcher.openBytes).toBe(oneByOne.batcher.openBytes);
          }
          expect(byBlock.ended()).toEqual(oneByOne.ended());
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('goes through blocks of thousands of records', () => {
    const records = Array.from({ length: 5_000 }, (_, offset) => ({
      offset,
      value: offset % 700 === 699 ? NOT_UTF8 : `v${offset % 13}`,
    }));
    const chosen: Setting = {
      rules: {
        keyConverter: 'string',
        valueConverter: 'string',
        nullValues: 'write',
        overflowPolicy: 'error-topic',
        invokeMaxBytes: 10_000,
        envelope: PLAIN_ENVELOPE,
      },
      limits: { maxRecords: 900, maxBytes: 1_000_000, lingerMs: 1_000, maxOpenWindows: 1 },
      errorsPolicy: 'continue',
      windowOf: undefined,
      plan: undefined,
      stop: undefined,
    };
    const byBlock = new Partition(chosen);
    const oneByOne = new Partition(chosen);
    takeByBlock(byBlock, blockOf(records), 0);
    takeOneByOne(oneByOne, blockOf(records), 0);
    expect(byBlock.ended()).toEqual(oneByOne.ended());
    expect(byBlock.log).toHaveLength(6 + 7);
  });
});
