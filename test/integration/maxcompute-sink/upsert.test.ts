/** Tables with a primary key: rows replace those of their key, tombstones delete. */
import { describe, expect, it } from 'vitest';
import { batchOfRecords } from '../../helpers/records.ts';
import { type MaxComputeSetup, maxcomputeSetup, writeContext } from './maxcompute-setup.ts';

const KEYED =
  "(key STRING NOT NULL, value STRING, `offset` BIGINT, PRIMARY KEY (key)) TBLPROPERTIES ('transactional'='true')";
const NO_PARTITIONS = { 'maxcompute.partition.columns': 'none' };

function values({ rows }: MaxComputeSetup): Record<string, unknown> {
  return Object.fromEntries(rows().map(({ key, value }) => [String(key), value]));
}

describe('a table with a primary key', () => {
  it('has the last record of each key, and none of those whose last is a tombstone', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED });
    const writer = setup.writer(NO_PARTITIONS);
    const first = batchOfRecords([
      { offset: 0, key: 'a', value: 'a0' },
      { offset: 1, key: 'b', value: 'b1' },
      { offset: 2, key: 'a', value: 'a2' },
      { offset: 3, key: 'c', value: 'c3' },
      { offset: 4, key: 'c', value: null },
      { offset: 5, key: 'd', value: null },
      { offset: 6, key: 'd', value: 'd6' },
    ]);
    expect(await writer.write(first, writeContext())).toEqual({ all: 'written', count: 7 });
    expect(values(setup)).toEqual({ a: 'a2', b: 'b1', d: 'd6' });
    await writer.write(batchOfRecords([{ offset: 7, key: 'a', value: null }]), writeContext());
    expect(values(setup)).toEqual({ b: 'b1', d: 'd6' });
    await writer.write(first, writeContext());
    expect(values(setup)).toEqual({ a: 'a2', b: 'b1', d: 'd6' });
  });

  it('spreads rows over buckets as the service does', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED, slots: 3 });
    const records = Array.from({ length: 300 }, (_, offset) => ({
      offset,
      key: `k${offset % 100}`,
      value: `v${offset}`,
    }));
    await setup.writer(NO_PARTITIONS).write(batchOfRecords(records), writeContext());
    expect(Object.keys(values(setup))).toHaveLength(100);
    expect(values(setup)).toMatchObject({ k0: 'v200', k99: 'v299' });
  });

  it('refuses records without a key, and writes the others', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED });
    const batch = batchOfRecords([{ offset: 0 }, { offset: 1, key: 'b' }]);
    const outcome = await setup.writer(NO_PARTITIONS).write(batch, writeContext());
    expect(outcome).toMatchObject({
      outcomes: [
        { offset: 0, status: 'errant', code: 'MAXCOMPUTE_NULL_VALUE', message: expect.stringContaining('column key') },
        { offset: 1, status: 'written' },
      ],
    });
    const none = batchOfRecords([{ offset: 2 }]);
    expect(await setup.phases(NO_PARTITIONS).prepare(none, writeContext())).toMatchObject({
      token: undefined,
      refused: [{ offset: 2, status: 'errant' }],
    });
  });

  it('shows rows after the commit, whoever asks for it, and knows what became of a session', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED });
    const batch = batchOfRecords([{ offset: 0, key: 'a', value: 'a0' }]);
    const { token = '' } = await setup.phases(NO_PARTITIONS).prepare(batch, writeContext());
    expect(setup.rows()).toEqual([]);
    const next = setup.phases(NO_PARTITIONS);
    expect(await next.resolve(token, batch, writeContext())).toBe('open');
    await next.commit([token], writeContext());
    expect(values(setup)).toEqual({ a: 'a0' });
    expect(await next.resolve(token, batch, writeContext())).toBe('committed');
    await next.commit([token], writeContext());
    setup.server.forgetSessions();
    expect(await next.resolve(token, batch, writeContext())).toBe('gone');
  });

  it('leaves a session that is older than a column of the table for another one', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED, onOldSchema: 'refuse' });
    const batch = batchOfRecords([{ offset: 0, key: 'a', value: 'a0' }]);
    const phases = setup.phases(NO_PARTITIONS);
    const { token = '' } = await phases.prepare(batch, writeContext());
    setup.server.runSql('ALTER TABLE orders ADD COLUMNS (more STRING);');
    await expect(phases.commit([token], writeContext())).rejects.toMatchObject({ code: 'MAXCOMPUTE_SCHEMA_MODIFIED' });
    expect(await phases.resolve(token, batch, writeContext())).toBe('gone');
    const { token: again = '' } = await phases.prepare(batch, writeContext());
    await phases.commit([again], writeContext());
    expect(values(setup)).toEqual({ a: 'a0' });
  });

  it.each(['drop-after', 'drop-before'] as const)(
    'is written in one step, with a commit that fails (%s)',
    async (kind) => {
      const setup = await maxcomputeSetup({ columns: KEYED });
      setup.server.setFault({ kind, operation: 'upsert.commit' });
      const batch = batchOfRecords([{ offset: 0, key: 'a', value: 'a0' }]);
      expect(await setup.writer(NO_PARTITIONS).write(batch, writeContext())).toEqual({ all: 'written', count: 1 });
      expect(values(setup)).toEqual({ a: 'a0' });
      expect(setup.server.stats().byOperation).toMatchObject({ 'upsert.create': 1 });
    },
  );

  it('follows slots that move', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED });
    const phases = setup.phases(NO_PARTITIONS);
    const batch = batchOfRecords([{ offset: 0, key: 'a', value: 'a0' }]);
    setup.server.setFault({ kind: 'status', status: 308, code: 'SlotReassigned', operation: 'upsert.write' });
    const { token = '' } = await phases.prepare(batch, writeContext());
    setup.server.moveSlots();
    await phases.commit([token], writeContext());
    expect(values(setup)).toEqual({ a: 'a0' });
  });

  it('is not written to where nobody knows in which bucket a key is', async () => {
    const columns = "(id DECIMAL(10,2) NOT NULL, PRIMARY KEY (id)) TBLPROPERTIES ('transactional'='true')";
    const setup = await maxcomputeSetup({ columns });
    const raw = { ...NO_PARTITIONS, 'maxcompute.format': 'FLATTEN', 'maxcompute.mode': 'VALUE' };
    const batch = batchOfRecords([{ offset: 0, value: '{"id":1.5}' }]);
    await expect(setup.writer(raw).write(batch, writeContext())).rejects.toMatchObject({
      name: 'FatalError',
      code: 'MAXCOMPUTE_ANSWER_DOUBTFUL',
      message: expect.stringMatching(/local_project\.orders: .*by id, a decimal \(request id /),
    });
  });

  it('goes on in a partition that somebody drops in mid-upload', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED.replace(') TBL', ') PARTITIONED BY (pt STRING) TBL') });
    const writer = setup.phases();
    setup.server.setFault({ kind: 'delay-before', delayMs: 300, operation: 'upsert.write' });
    const preparing = writer.prepare(batchOfRecords([{ offset: 0, key: 'a', value: 'a0' }]), writeContext());
    while (setup.server.pendingFaults().length > 0) await new Promise((wait) => setTimeout(wait, 10));
    setup.server.runSql("ALTER TABLE orders DROP PARTITION (pt='10-27-2020 14');");
    const { token = '' } = await preparing;
    await writer.commit([token], writeContext());
    expect(values(setup)).toEqual({ a: 'a0' });
  });

  it('is not appended to, nor streamed into', async () => {
    const setup = await maxcomputeSetup({ columns: KEYED });
    for (const mode of ['append', 'stream']) {
      const writer = setup.writer({ ...NO_PARTITIONS, 'maxcompute.write.mode': mode });
      await expect(writer.write(batchOfRecords([1]), writeContext())).rejects.toMatchObject({
        code: 'MAXCOMPUTE_TABLE_UNFIT',
      });
    }
  });
});
