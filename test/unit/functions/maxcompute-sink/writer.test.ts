import { describe, expect, it } from 'vitest';
import { AppendWriter } from '../../../../functions/maxcompute-sink/append-writer.ts';
import { SessionLookup } from '../../../../functions/maxcompute-sink/session-lookup.ts';
import { SessionPacer } from '../../../../functions/maxcompute-sink/session-pacer.ts';
import { TableAccess } from '../../../../functions/maxcompute-sink/table-access.ts';
import { TableRows } from '../../../../functions/maxcompute-sink/table-rows.ts';
import { TableTarget } from '../../../../functions/maxcompute-sink/table-target.ts';
import type { TableWriter } from '../../../../functions/maxcompute-sink/table-writer.ts';
import type { UploadStatus } from '../../../../functions/maxcompute-sink/tunnel/upload-session.ts';
import { MaxComputeWriter } from '../../../../functions/maxcompute-sink/writer.ts';
import type { RawConfig } from '../../../../shared/config/parse.ts';
import { crc32cInTypeScript } from '../../../../shared/kafka/wire/crc32c.ts';
import { silentLogger } from '../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../helpers/manual-clock.ts';
import { batchOfRecords, offsets } from '../../../helpers/records.ts';
import { maxcomputeConfig } from './config-of.ts';
import { KAFKA_TABLE, refusal, ScriptedClient, tableInfo } from './scripted-client.ts';

const PT = 'pt=10-27-2020 14';

function setup(raw: RawConfig = {}, client = new ScriptedClient()) {
  const config = maxcomputeConfig(raw);
  const clock = new ManualClock();
  const said: string[] = [];
  const logger = { ...silentLogger, warn: (_: object, message: string) => void said.push(message) };
  const target = new TableTarget({ client, config, logger });
  const rows = new TableRows(config, async () => crc32cInTypeScript, clock);
  const access = new TableAccess({ config, target, rows, clock, logger });
  const lookup = new SessionLookup({ target, logger, clock });
  const append = new AppendWriter({ target, rows, pacer: new SessionPacer(clock), lookup, clock });
  const upsert = {} as TableWriter;
  const writer = new MaxComputeWriter({ config, target, access, writers: { append, upsert } });
  const context = (leftMs = 60_000) => ({ signal: new AbortController().signal, deadlineAt: clock.now() + leftMs });
  const batch = batchOfRecords(offsets(10, 20));
  const prepare = async (token?: string) => (await writer.prepare(batch, context(), token)).token ?? '';
  const resolve = (token: string, leftMs?: number) => writer.resolve(token, batch, context(leftMs));
  const upload = (id = 'u1') => {
    const found = client.uploads.get(id);
    if (found === undefined) throw new Error(`no session ${id}`);
    return found;
  };
  return { client, clock, said, target, writer, context, batch, prepare, resolve, upload };
}

const holdingAll = [{ id: 0, rows: 10 }];

describe('the MaxCompute writer, appending', () => {
  it('makes a session for a batch and its partition, and commits that one, without asking for it', async () => {
    const { client, writer, context, prepare, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    expect(token).toBe(`append u1 10 1 ${PT}`);
    expect(upload().sent).toEqual([{ id: 0, bytes: expect.any(Number) }]);
    await writer.commit([token], context());
    expect(upload().commits).toBe(1);
    expect(client.calls).toEqual(['table', 'createUpload']);
  });

  it('commits a session of another process once, and one that is closed not again', async () => {
    const { client, prepare, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    const other = setup({}, client);
    await other.writer.commit([token], other.context());
    await other.writer.commit([token], other.context());
    expect(upload().commits).toBe(1);
    expect(client.calls.filter((call) => call === 'openUpload u1')).toHaveLength(2);
  });

  it('asks for a session of its own after its commit failed', async () => {
    const { client, writer, context, prepare, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    upload().failNext = refusal('StatusConflict', 409);
    await expect(writer.commit([token], context())).rejects.toMatchObject({ code: 'MAXCOMPUTE_SESSION_ENDED' });
    expect(client.calls).not.toContain('openUpload u1');
    await writer.commit([token], context());
    expect(client.calls).toContain('openUpload u1');
    expect(upload().commits).toBe(1);
  });

  it.each<[UploadStatus, string]>([
    ['closing', 'MAXCOMPUTE_SESSION_UNSETTLED'],
    ['committing', 'MAXCOMPUTE_SESSION_UNSETTLED'],
    ['critical', 'MAXCOMPUTE_SESSION_UNSETTLED'],
    ['unknown', 'MAXCOMPUTE_SESSION_UNSETTLED'],
    ['expired', 'MAXCOMPUTE_SESSION_ENDED'],
    ['canceled', 'MAXCOMPUTE_SESSION_ENDED'],
  ])('does not commit a session that is %s', async (status, code) => {
    const { client, prepare, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    upload().status = status;
    const other = setup({}, client);
    await expect(other.writer.commit([token], other.context())).rejects.toMatchObject({ name: 'RetriableError', code });
    expect(upload().commits).toBe(0);
  });

  it('says what became of a session by its status and its blocks', async () => {
    const { client, prepare, resolve, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    expect(await resolve(token)).toBe('incomplete');
    upload().blocks = [{ id: 0, rows: 9 }];
    expect(await resolve(token)).toBe('incomplete');
    upload().blocks = [...holdingAll, { id: 1, rows: 1 }];
    expect(await resolve(token)).toBe('incomplete');
    // A block without rows does no harm.
    upload().blocks = [...holdingAll, { id: 1, rows: 0 }];
    expect(await resolve(token)).toBe('open');
    upload().status = 'closed';
    expect(await resolve(token)).toBe('committed');
  });

  it('waits for a commit that is under way, and takes nothing for lost that may come through', async () => {
    const { client, clock, prepare, resolve, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    upload().status = 'committing';
    upload().next = ['committing', 'closed'];
    const answer = resolve(token);
    await settle();
    await clock.advance(2_000);
    expect(await answer).toBe('committed');
    for (const status of ['critical', 'unknown', 'closing'] as const) {
      upload().status = status;
      const waiting = resolve(token, 3_000).catch((thrown: unknown) => thrown);
      await settle();
      await clock.advance(3_000);
      expect(await waiting).toMatchObject({ name: 'RetriableError', code: 'MAXCOMPUTE_SESSION_UNSETTLED' });
    }
  });

  it.each(['expired', 'forgotten'])('looks for the rows of a session that is %s', async (how) => {
    const { client, prepare, resolve, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    if (how === 'expired') upload().status = 'expired';
    else client.uploads.clear();
    expect(await resolve(token)).toBe('gone');
    client.sqlResult = '"_c0"\r\n"10"\r\n';
    expect(await resolve(token)).toBe('committed');
    expect(client.calls.at(-1)).toBe(
      "SELECT COUNT(*) FROM `p`.`orders` WHERE `pt`='10-27-2020 14' AND `topic`='orders' AND `partition`=0 AND `offset`>=10 AND `offset`<=19",
    );
    for (const [count, text] of [
      ['3', 'of its 10 rows 3 are in'],
      ['11', 'of its 10 rows 11 are in'],
    ]) {
      client.sqlResult = `_c0\n${count}\n`;
      await expect(resolve(token)).rejects.toMatchObject({
        code: 'MAXCOMPUTE_ROWS_DOUBTFUL',
        scope: 'partition',
        message: expect.stringContaining(text ?? ''),
        context: { topic: 'orders', partition: 0, offset: 10 },
      });
    }
    client.sqlResult = '';
    await expect(resolve(token)).rejects.toMatchObject({ code: 'MAXCOMPUTE_ANSWER_DOUBTFUL' });
  });

  it('says at the start, and when it happens, that a table cannot tell records apart', async () => {
    const client = new ScriptedClient(tableInfo('topic string, partition bigint, key string, value string'));
    client.partitions.add(PT);
    const { said, writer, context, prepare, resolve } = setup({}, client);
    await writer.open([], context());
    expect(said).toEqual([expect.stringContaining('no columns topic, partition and offset')]);
    const token = await prepare();
    client.uploads.clear();
    client.sqlResult = '_c0\n10\n';
    expect(await resolve(token)).toBe('gone');
    expect(said).toHaveLength(2);
  });

  it('uploads the same blocks again, and empties those that are too many', async () => {
    const { client, prepare, upload } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    upload().blocks = [
      { id: 0, rows: 3 },
      { id: 1, rows: 5 },
      { id: 2, rows: 0 },
    ];
    const first = upload().sent[0]?.bytes;
    const other = setup({}, client);
    expect(await other.prepare(token)).toBe(token);
    expect(upload().sent.slice(1)).toEqual([
      { id: 0, bytes: first },
      { id: 1, bytes: 10 },
    ]);
  });

  it('takes values of the length that the session takes, whoever uploads again', async () => {
    const { client, writer, context, upload } = setup();
    client.partitions.add(PT);
    client.maxFieldBytes = 100;
    const long = batchOfRecords([0, { offset: 1, value: 'x'.repeat(101) }]);
    const { token, refused } = await writer.prepare(long, context());
    expect(refused).toMatchObject([{ offset: 1, code: 'MAXCOMPUTE_BAD_VALUE' }]);
    const other = setup({}, client);
    expect(await other.writer.prepare(long, other.context(), token)).toEqual({ token, refused });
    expect(upload().sent.map(({ bytes }) => bytes)).toEqual([expect.any(Number), upload().sent[0]?.bytes]);
  });

  it('holds all batches to what a session says of the length of values, those that are encoded already, too', async () => {
    const { client, writer, context } = setup();
    client.partitions.add(PT);
    client.maxFieldBytes = 100;
    const batches = [0, 1].map((offset) => batchOfRecords([offset, { offset: offset + 10, value: 'x'.repeat(101) }]));
    const prepared = await Promise.all(batches.map((batch) => writer.prepare(batch, context())));
    expect(prepared.map(({ refused }) => refused.map(({ offset }) => offset))).toEqual([[10], [11]]);
  });

  it('makes rows anew for the columns that a session says the table has', async () => {
    const { client, prepare, upload } = setup();
    client.partitions.add(PT);
    client.sessionInfo = tableInfo('key string, value string');
    await prepare();
    client.info = client.sessionInfo;
    await prepare();
    await prepare();
    expect(new Set([...client.uploads.values()].map(({ sent }) => sent[0]?.bytes)).size).toBe(1);
    // Looked at again once.
    expect(client.calls.filter((call) => call === 'table')).toHaveLength(2);
    client.sessionInfo = KAFKA_TABLE;
    await prepare();
    expect(upload('u4').sent[0]?.bytes).toBeGreaterThan(upload('u1').sent[0]?.bytes ?? 0);
  });

  it('refuses values that are longer than a session takes', async () => {
    const { client, writer, context } = setup();
    client.partitions.add(PT);
    const batch = batchOfRecords([
      { offset: 1, value: 'short' },
      { offset: 2, value: 'longer than that' },
    ]);
    const made = client.createUpload.bind(client);
    client.createUpload = async (...args) => Object.assign(await made(...args), { maxFieldBytes: 8 });
    const { token, refused } = await writer.prepare(batch, context());
    expect(token).toBe(`append u1 1 1 ${PT}`);
    expect(refused).toMatchObject([{ offset: 2, status: 'errant', code: 'MAXCOMPUTE_BAD_VALUE' }]);
  });

  it('makes no session for records that are all refused', async () => {
    const client = new ScriptedClient(tableInfo('offset bigint, n bigint'));
    const { writer, context } = setup({ format: 'FLATTEN', mode: 'VALUE' }, client);
    const { token, refused } = await writer.prepare(batchOfRecords([1, { offset: 2, value: '{"n":"x"}' }]), context());
    expect(token).toBeUndefined();
    expect(refused).toMatchObject([
      { offset: 1, code: 'VALUE_NOT_JSON', topic: 'orders', partition: 0 },
      { offset: 2, code: 'MAXCOMPUTE_BAD_VALUE', topic: 'orders', partition: 0 },
    ]);
    expect(client.uploads.size).toBe(0);
  });

  it('refuses records of no partition, and of one whose name is too long', async () => {
    const { writer, context } = setup({ 'partition.columns': `pt={window}-${'x'.repeat(100)}` });
    const noTime = batchOfRecords([{ offset: 1, timestamp: -1 }]);
    expect(await writer.prepare(noTime, context())).toMatchObject({
      token: undefined,
      refused: [{ offset: 1, code: 'MAXCOMPUTE_NO_PARTITION' }],
    });
    expect(await writer.prepare(batchOfRecords([2]), context())).toMatchObject({
      token: undefined,
      refused: [{ offset: 2, code: 'MAXCOMPUTE_PARTITION_TOO_LONG' }],
    });
  });

  it('takes no batch of several partitions for one of one', async () => {
    const { writer, context } = setup();
    const batch = batchOfRecords([1, { offset: 2, timestamp: 0 }]);
    await expect(writer.prepare(batch, context())).rejects.toMatchObject({ code: 'UNCLASSIFIED' });
  });

  it('creates a missing partition once for all that need it, and not where it may not', async () => {
    const { client, writer, context } = setup();
    const batches = [0, 1, 2].map((i) => batchOfRecords([i]));
    await Promise.all(batches.map((batch) => writer.prepare(batch, context())));
    expect(client.calls.filter((call) => call.startsWith('createPartition'))).toEqual([`createPartition ${PT}`]);
    const other = setup({ 'create.partition': 'false' });
    await expect(other.prepare()).rejects.toMatchObject({ code: 'MAXCOMPUTE_PARTITION_MISSING', mayHeal: true });
  });

  it('leaves a partition that another batch could not create to each batch that needs it', async () => {
    const { client, writer, context } = setup();
    client.failures.set('createPartition', [refusal('FlowExceeded', 429)]);
    const tries = await Promise.allSettled([0, 1, 2].map((i) => writer.prepare(batchOfRecords([i]), context())));
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(tries[0]).toMatchObject({ reason: { name: 'RetriableError', code: 'MAXCOMPUTE_THROTTLED' } });
  });

  it('asks for the table once, and again after a failure', async () => {
    const { client, writer, context } = setup();
    client.failures.set('table', [refusal('InternalServerError', 500)]);
    const tries = await Promise.allSettled([1, 2].map((i) => writer.prepare(batchOfRecords([i]), context())));
    expect(tries.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await Promise.all([1, 2].map((i) => writer.prepare(batchOfRecords([i]), context())));
    expect(client.calls.filter((call) => call === 'table')).toHaveLength(2);
    client.failures.set('createUpload', [refusal('NoSuchTable', 404)]);
    await expect(writer.prepare(batchOfRecords([3]), context())).rejects.toMatchObject({ mayHeal: true });
    await writer.prepare(batchOfRecords([3]), context());
    expect(client.calls.filter((call) => call === 'table')).toHaveLength(3);
  });

  it('names table, partition, offsets and request in what it throws', async () => {
    const { client, prepare, upload } = setup();
    client.partitions.add(PT);
    await prepare();
    client.failures.set('openUpload', [refusal('AccessDenied', 403)]);
    await expect(prepare(`append u1 10 1 ${PT}`)).rejects.toMatchObject({
      code: 'MAXCOMPUTE_ACCESS_DENIED',
      message: expect.stringMatching(/, for offsets 10 to 19 of orders-0; grant /),
    });
    expect(upload().sent).toHaveLength(1);
  });

  it('writes in one step, part by part, and answers each by what became of it', async () => {
    const { client, writer, context } = setup();
    client.partitions.add(PT).add('pt=01-01-1970 08');
    client.failures.set('createUpload', [refusal('FlowExceeded', 429)]);
    const batch = batchOfRecords([1, { offset: 2, timestamp: 0 }, 3]);
    expect(await writer.write(batch, context())).toEqual({
      outcomes: [
        expect.objectContaining({ offset: 1, status: 'retry', code: 'MAXCOMPUTE_THROTTLED' }),
        expect.objectContaining({ offset: 3, status: 'retry', code: 'MAXCOMPUTE_THROTTLED' }),
        { topic: 'orders', partition: 0, offset: 2, status: 'written' },
      ],
    });
    expect(await writer.write(batch, context())).toEqual({ all: 'written', count: 3 });
    client.failures.set('createUpload', [refusal('FlowExceeded', 429), refusal('FlowExceeded', 429)]);
    await expect(writer.write(batch, context())).rejects.toMatchObject({ code: 'MAXCOMPUTE_THROTTLED' });
  });

  it('waits for the rows of a session that is gone as long as the service needs to look for them', async () => {
    const { client, clock, prepare, resolve } = setup();
    client.partitions.add(PT);
    const token = await prepare();
    client.uploads.clear();
    const looks: ((text: string) => void)[] = [];
    client.runSql = (_, { signal }) =>
      new Promise((answer, reject) => {
        looks.push(answer);
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const first = resolve(token, 5_000).catch((thrown: unknown) => thrown);
    await settle();
    await clock.advance(5_000);
    expect(await first).toMatchObject({ name: 'RetriableError', code: 'MAXCOMPUTE_TIMEOUT' });
    const second = resolve(token, 5_000);
    await settle();
    for (const look of looks) look('_c0\n10\n');
    expect(await second).toBe('committed');
    expect(looks).toHaveLength(1);
  });

  it('begins nothing when the time is nearly over, and ends with its signal', async () => {
    const { client, clock, writer, context, batch } = setup();
    await expect(writer.write(batch, context(499))).rejects.toMatchObject({ code: 'DEADLINE_NEAR' });
    expect(client.calls).toEqual([]);
    client.table = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const hanging = writer.write(batch, context(5_000)).catch((thrown: unknown) => thrown);
    await settle();
    await clock.advance(5_000);
    expect(await hanging).toMatchObject({ name: 'RetriableError', code: 'MAXCOMPUTE_TIMEOUT' });
  });
});
