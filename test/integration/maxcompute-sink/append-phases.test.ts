/** What becomes of rows when the process, or the other side, fails between the steps: every row exactly once. */
import { describe, expect, it } from 'vitest';
import {
  readSessionToken,
  type SessionToken,
  sessionTokenText,
} from '../../../functions/maxcompute-sink/session-token.ts';
import { OdpsClient } from '../../../functions/maxcompute-sink/tunnel/odps-client.ts';
import { RowEncoder } from '../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import { systemClock } from '../../../shared/clock.ts';
import { loadCrc32c } from '../../../shared/kafka/wire/crc32c.ts';
import type { TwoPhaseWriter } from '../../../shared/sink.ts';
import { MAXCOMPUTE_KEYS } from '../../helpers/maxcompute.ts';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { type MaxComputeSetup, maxcomputeSetup, writeContext } from './maxcompute-setup.ts';

const batch = batchOfRecords(offsets(10, 20));
const DROP = "ALTER TABLE orders DROP PARTITION (pt='10-27-2020 14');";

async function prepared(writer: TwoPhaseWriter, records = batch): Promise<string> {
  const { token, refused } = await writer.prepare(records, writeContext());
  expect(refused).toEqual([]);
  if (token === undefined) throw new Error('no token');
  return token;
}

function offsetsIn({ rows }: MaxComputeSetup): number[] {
  return rows()
    .map(({ offset }) => Number(offset))
    .sort((a, b) => a - b);
}

const resolved = (writer: TwoPhaseWriter, token: string) => writer.resolve(token, batch, writeContext());

/** The tunnel without the sink. */
function clientOf({ server }: MaxComputeSetup): OdpsClient {
  return new OdpsClient({
    endpoint: server.endpoint,
    project: server.project,
    credentials: async () => ({
      accessKeyId: MAXCOMPUTE_KEYS.accessId,
      accessKeySecret: MAXCOMPUTE_KEYS.accessKey,
    }),
    clock: systemClock,
    random: Math.random,
    retry: 'none',
  });
}

/** Puts `count` rows that nobody sent into block `id` of the session. */
async function putBlock(setup: MaxComputeSetup, token: SessionToken, id: number, count: number): Promise<void> {
  const client = clientOf(setup);
  const call = { signal: AbortSignal.timeout(30_000) };
  const session = await client.openUpload(setup.table, token.partition, token.id, call);
  const encoder = new RowEncoder(session.schema.columns, await loadCrc32c());
  for (let i = 0; i < count; i++) encoder.endRow();
  await session.uploadBlock(id, encoder.finish(), call);
  await client.close();
}

describe('an upload session', () => {
  it('shows nothing before its commit, and all of it after', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const token = await prepared(writer);
    expect(Buffer.byteLength(JSON.stringify(token))).toBeLessThanOrEqual(200);
    expect(readSessionToken(token)).toMatchObject({ kind: 'append', rows: 10, blocks: 1 });
    expect(offsetsIn(setup)).toEqual([]);
    await writer.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
    expect(setup.rows()[0]).toEqual({
      topic: 'orders',
      partition: '0',
      offset: '10',
      key: null,
      value: 'v10',
      insert_time: '1603779578478',
      headers: '[]',
      pt: '10-27-2020 14',
    });
  });

  it('is committed by the next owner when the process died between upload and commit', async () => {
    const setup = await maxcomputeSetup();
    const token = await prepared(setup.phases());
    const next = setup.phases();
    expect(await resolved(next, token)).toBe('open');
    await next.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('is known to be committed when the process died after that', async () => {
    const setup = await maxcomputeSetup();
    const first = setup.phases();
    const token = await prepared(first);
    await first.commit([token], writeContext());
    const next = setup.phases();
    expect(await resolved(next, token)).toBe('committed');
    await next.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('is committed once by two owners that race', async () => {
    const setup = await maxcomputeSetup({ commitMs: 300 });
    const first = setup.phases();
    const token = await prepared(first);
    const next = setup.phases();
    const outcomes = await Promise.allSettled([
      first.commit([token], writeContext()),
      next.commit([token], writeContext()),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ name: 'RetriableError' });
    }
    expect(await resolved(next, token)).toBe('committed');
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('is known to be committed when the reply was lost', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const token = await prepared(writer);
    setup.server.setFault({ kind: 'drop-after', operation: 'upload.commit' });
    await expect(writer.commit([token], writeContext())).rejects.toMatchObject({ code: 'MAXCOMPUTE_UNREACHABLE' });
    expect(await resolved(writer, token)).toBe('committed');
    await writer.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('that was forgotten is looked for in its partition', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const committed = await prepared(writer);
    await writer.commit([committed], writeContext());
    const other = batchOfRecords(offsets(30, 35));
    const uncommitted = await prepared(writer, other);
    setup.server.forgetSessions();
    expect(await resolved(setup.phases(), committed)).toBe('committed');
    expect(await setup.phases().resolve(uncommitted, other, writeContext())).toBe('gone');
    // Records of other offsets, and of other partitions of the topic, are none of its.
    const elsewhere = batchOfRecords(offsets(30, 35), { partition: 1 });
    expect(await setup.phases().resolve(uncommitted, elsewhere, writeContext())).toBe('gone');
  });

  it.each(['expireSessions', 'forgetSessions'] as const)(
    'that is over (%s) cannot be committed any more',
    async (end) => {
      const setup = await maxcomputeSetup();
      const writer = setup.phases();
      const token = await prepared(writer);
      setup.server[end]();
      await expect(writer.commit([token], writeContext())).rejects.toMatchObject({
        name: 'RetriableError',
        code: 'MAXCOMPUTE_SESSION_ENDED',
      });
      expect(await resolved(writer, token)).toBe('gone');
      const again = await prepared(writer);
      await writer.commit([again], writeContext());
      expect(offsetsIn(setup)).toEqual(offsets(10, 20));
    },
  );

  it('that is older than a column of the table is left for another one, since it can never be committed', async () => {
    const setup = await maxcomputeSetup({ onOldSchema: 'refuse' });
    const token = await prepared(setup.phases());
    setup.server.runSql('ALTER TABLE orders ADD COLUMNS (more STRING);');
    const writer = setup.phases();
    expect(await resolved(writer, token)).toBe('open');
    await expect(writer.commit([token], writeContext())).rejects.toMatchObject({ code: 'MAXCOMPUTE_SCHEMA_MODIFIED' });
    expect(await resolved(writer, token)).toBe('gone');
    await writer.commit([await prepared(writer)], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('is committed into a partition that somebody dropped meanwhile', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const token = await prepared(writer);
    setup.server.runSql(DROP);
    await writer.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('is uploaded into again, in a partition that somebody dropped meanwhile', async () => {
    const setup = await maxcomputeSetup();
    const token = await prepared(setup.phases());
    await putBlock(setup, readSessionToken(token), 0, 3);
    setup.server.runSql(DROP);
    const next = setup.phases();
    expect(await resolved(next, token)).toBe('incomplete');
    await next.prepare(batch, writeContext(), token);
    await next.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('goes on in a partition that somebody drops in mid-upload', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    setup.server.setFault({ kind: 'delay-before', delayMs: 300, operation: 'upload.block' });
    const preparing = prepared(writer);
    while (setup.server.pendingFaults().length > 0) await new Promise((wait) => setTimeout(wait, 10));
    setup.server.runSql(DROP);
    await writer.commit([await preparing], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it.each(['drop-after', 'drop-before'] as const)(
    'is committed once in one step, with a commit that fails (%s)',
    async (kind) => {
      const setup = await maxcomputeSetup();
      setup.server.setFault({ kind, operation: 'upload.commit' });
      expect(await setup.phases().write(batch, writeContext())).toEqual({ all: 'written', count: 10 });
      expect(offsetsIn(setup)).toEqual(offsets(10, 20));
      expect(setup.server.stats().byOperation).toMatchObject({ 'upload.block': 1 });
    },
  );

  it('of which part of the rows is there stops the partition', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const token = await prepared(writer);
    const half = await prepared(writer, batchOfRecords(offsets(10, 14)));
    await writer.commit([half], writeContext());
    setup.server.forgetSessions();
    const failure: unknown = await resolved(writer, token).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'FatalError', code: 'MAXCOMPUTE_ROWS_DOUBTFUL', scope: 'partition' });
    expect(String(failure)).toContain('of its 10 rows 4 are in table orders, partition pt=10-27-2020 14');
    expect(String(failure)).toContain('offsets 10 to 19 of orders-0');
  });

  it('whose rows the table cannot tell apart is taken for lost', async () => {
    const setup = await maxcomputeSetup({ columns: '(key STRING, value STRING) PARTITIONED BY (pt STRING)' });
    const writer = setup.phases();
    const token = await prepared(writer);
    await writer.commit([token], writeContext());
    setup.server.forgetSessions();
    expect(await resolved(writer, token)).toBe('gone');
  });

  it('that lacks blocks is uploaded into again, and what it has too much is emptied', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const token = await prepared(writer);
    const read = readSessionToken(token);
    // Another upload of other rows, as if the configuration had been another one.
    await putBlock(setup, read, 0, 3);
    await putBlock(setup, read, 1, 2);
    const next = setup.phases();
    expect(await resolved(next, token)).toBe('incomplete');
    expect(await next.prepare(batch, writeContext(), token)).toEqual({ token, refused: [] });
    expect(await resolved(setup.phases(), token)).toBe('open');
    await next.commit([token], writeContext());
    expect(offsetsIn(setup)).toEqual(offsets(10, 20));
  });

  it('lacks a block that its token names', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.phases();
    const read = readSessionToken(await prepared(writer));
    expect(await resolved(writer, sessionTokenText({ ...read, blocks: 2 }))).toBe('incomplete');
    expect(await resolved(writer, sessionTokenText({ ...read, rows: 11 }))).toBe('incomplete');
  });

  it('has no token that an earlier one of another sink could be taken for', async () => {
    const setup = await maxcomputeSetup();
    await expect(setup.phases().resolve('f3b1', batch, writeContext())).rejects.toMatchObject({
      code: 'MAXCOMPUTE_TOKEN_INVALID',
    });
  });
});
