import { describe, expect, it } from 'vitest';
import { reportUntilConfirmed } from '../../../../functions/dispatcher/errant-delivery.ts';
import type { ErrantReason, ErrantRecord } from '../../../../shared/errant.ts';
import { RecordError, RetriableError } from '../../../../shared/errors.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { offsetAt } from '../../../../shared/records.ts';
import { blockAt } from '../../../helpers/dispatcher.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';

const REASON: ErrantReason = { stage: 'TASK_PUT', code: 'X', message: 'x', errorClass: 'RecordError' };
const TOO_LARGE = new RecordError('RECORD_TOO_LARGE_FOR_TOPIC', 'too large');

/** Reports the records at `offsets`; `answer` is asked for each attempt. */
function setUp(offsets: readonly number[], answer: (attempted: readonly number[]) => Error | undefined) {
  const block = blockAt(offsets);
  const records: ErrantRecord[] = offsets.map((_, index) => ({ block, index, reason: REASON }));
  const written: number[] = [];
  const clock = new ManualClock();
  const report = async (attempted: readonly ErrantRecord[]) => {
    const error = answer(attempted.map((record) => offsetAt(record.block, record.index)));
    // As the producer: what lies before a refused record is written.
    for (const { block: from, index } of attempted) {
      if (error !== undefined && offsetAt(from, index) === 2) break;
      written.push(offsetAt(from, index));
    }
    if (error !== undefined) throw error;
  };
  const abort = new AbortController();
  const deps = {
    rules: { baseMs: 100, maxMs: 1_000 },
    clock,
    random: () => 0.999,
    logger: silentLogger,
    waiting: () => undefined,
  };
  let outcome: unknown = 'waiting';
  reportUntilConfirmed({ report }, records, deps, abort.signal).then(
    () => (outcome = 'confirmed'),
    (error: unknown) => (outcome = error),
  );
  return { written, clock, abort, outcome: () => outcome };
}

describe('reportUntilConfirmed', () => {
  it('tries until the topic can be written', async () => {
    let down = true;
    const { clock, outcome } = setUp([0], () => (down ? new RetriableError('BROKER_UNREACHABLE', 'down') : undefined));
    await settle();
    await clock.advance(10_000);
    expect(outcome()).toBe('waiting');
    down = false;
    await clock.advance(10_000);
    expect(outcome()).toBe('confirmed');
  });

  it('does not write the others again for ever beside a record that the topic refuses', async () => {
    let refuses = true;
    const offsets = [0, 1, 2, 3];
    const { written, clock, outcome } = setUp(offsets, (attempted) =>
      refuses && attempted.includes(2) ? TOO_LARGE : undefined,
    );
    await settle();
    await clock.advance(60_000);
    const before = written.length;
    await clock.advance(3_600_000);
    expect(written).toHaveLength(before);
    expect(outcome()).toBe('waiting');
    refuses = false;
    await clock.advance(60_000);
    expect(outcome()).toBe('confirmed');
    expect(new Set(written)).toEqual(new Set(offsets));
  });

  it('waits no longer when it is aborted, even for a single refused record', async () => {
    const { abort, outcome } = setUp([2], () => TOO_LARGE);
    await settle();
    abort.abort(new Error('fenced'));
    await settle();
    expect(outcome()).toMatchObject({ message: 'fenced' });
  });
});
