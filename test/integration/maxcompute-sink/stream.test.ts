/** Rows by streams: visible at once, at least once. */
import { describe, expect, it } from 'vitest';
import { isTwoPhase } from '../../helpers/phased-writer.ts';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { maxcomputeSetup, writeContext } from './maxcompute-setup.ts';

const STREAM = { 'maxcompute.write.mode': 'stream' };

describe('a stream', () => {
  it('shows rows as soon as they are answered, and has no second phase', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer(STREAM);
    expect(isTwoPhase(writer)).toBe(false);
    await writer.open?.([], writeContext());
    expect(await writer.write(batchOfRecords(offsets(0, 10)), writeContext())).toEqual({ all: 'written', count: 10 });
    expect(setup.rows()).toHaveLength(10);
    await writer.write(batchOfRecords(offsets(10, 20)), writeContext());
    expect(setup.rows()).toHaveLength(20);
    expect(setup.server.stats().byOperation).toMatchObject({ 'stream.create': 1, 'stream.write': 2 });
  });

  it('has rows twice whose answer was lost', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer(STREAM);
    setup.server.setFault({ kind: 'drop-after', operation: 'stream.write' });
    await expect(writer.write(batchOfRecords([1]), writeContext())).rejects.toMatchObject({ name: 'RetriableError' });
    await writer.write(batchOfRecords([1]), writeContext());
    expect(setup.rows().map(({ offset }) => offset)).toEqual(['1', '1']);
  });

  it('goes on when its slots move, and in another session when its own is gone', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer(STREAM);
    await writer.write(batchOfRecords([1]), writeContext());
    setup.server.moveSlots(5);
    await writer.write(batchOfRecords([2]), writeContext());
    setup.server.forgetSessions();
    await expect(writer.write(batchOfRecords([3]), writeContext())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'MAXCOMPUTE_SESSION_ENDED',
    });
    await writer.write(batchOfRecords([3]), writeContext());
    expect(setup.rows().map(({ offset }) => offset)).toEqual(['1', '2', '3']);
  });

  it('goes on in a partition that somebody dropped meanwhile', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer(STREAM);
    await writer.write(batchOfRecords([1]), writeContext());
    setup.server.runSql("ALTER TABLE orders DROP PARTITION (pt='10-27-2020 14');");
    expect(await writer.write(batchOfRecords([2]), writeContext())).toEqual({ all: 'written', count: 1 });
    expect(setup.rows().map(({ offset }) => offset)).toEqual(['2']);
  });
});
