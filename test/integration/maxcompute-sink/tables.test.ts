/** Tables that change, are missing or refuse, and the partitions that rows get into. */
import { describe, expect, it } from 'vitest';
import { batchOfRecords, offsets } from '../../helpers/records.ts';
import { maxcomputeSetup, PLAIN_TABLE, writeContext } from './maxcompute-setup.ts';

const FLATTEN = { 'maxcompute.format': 'FLATTEN', 'maxcompute.mode': 'VALUE' };
const at = (offset: number, time: string) => ({ offset, timestamp: Date.parse(time) });

describe('the table of the sink', () => {
  it('gets rows into the partition of their time, across midnight', async () => {
    const setup = await maxcomputeSetup();
    const batch = batchOfRecords([
      at(1, '2026-11-20T15:59:59.999Z'),
      at(2, '2026-11-20T16:00:00.000Z'),
      at(3, '2026-11-20T15:10:00.000Z'),
    ]);
    expect(await setup.writer().write(batch, writeContext())).toEqual({ all: 'written', count: 3 });
    expect(setup.rows('pt=11-20-2026 23').map(({ offset }) => offset)).toEqual(['1', '3']);
    expect(setup.rows('pt=11-21-2026 00').map(({ offset }) => offset)).toEqual(['2']);
  });

  it('has rows written by the columns that it has by now', async () => {
    const setup = await maxcomputeSetup({ columns: '(`offset` BIGINT, a BIGINT) PARTITIONED BY (pt STRING)' });
    const writer = setup.writer({ ...FLATTEN, 'maxcompute.flatten.unknown': 'ignore' });
    const write = (offset: number, value: string) => writer.write(batchOfRecords([{ offset, value }]), writeContext());
    await write(1, '{"a":1,"b":"x"}');
    setup.server.runSql('ALTER TABLE orders ADD COLUMNS (b STRING);');
    await write(2, '{"a":2,"b":"y"}');
    expect(setup.rows().map(({ a, b }) => [a, b])).toEqual([
      ['1', undefined],
      ['2', 'y'],
    ]);
  });

  it('altered while a batch is on its way: the batch comes again', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer();
    const batch = batchOfRecords(offsets(0, 3));
    setup.server.setFault({ kind: 'status', status: 412, code: 'SchemaModified', operation: 'upload.block' });
    await expect(writer.write(batch, writeContext())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'MAXCOMPUTE_SCHEMA_MODIFIED',
    });
    await writer.write(batch, writeContext());
    expect(setup.rows()).toHaveLength(3);
  });

  it('waits for a service that has too many statements under way', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer();
    const headers = { 'retry-after': '7' };
    setup.server.setFault({ kind: 'status', status: 409, code: 'Conflict', operation: 'sql.submit', headers });
    await expect(writer.write(batchOfRecords([1]), writeContext())).rejects.toMatchObject({
      name: 'RetriableError',
      code: 'MAXCOMPUTE_THROTTLED',
      retryAfterMs: 7_000,
    });
    expect(await writer.write(batchOfRecords([1]), writeContext())).toEqual({ all: 'written', count: 1 });
  });

  it('dropped fails the task until it is there again', async () => {
    const setup = await maxcomputeSetup();
    const writer = setup.writer();
    await writer.write(batchOfRecords([1]), writeContext());
    setup.server.runSql('DROP TABLE orders;');
    const failure: unknown = await writer.write(batchOfRecords([2]), writeContext()).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'FatalError', code: 'MAXCOMPUTE_TABLE_MISSING', mayHeal: true });
    expect(String(failure)).toMatch(
      /local_project\.orders.*\(request id .+\), for offset 2 of orders-0; create the table/,
    );
    setup.server.runSql('CREATE TABLE orders (value STRING, key STRING) PARTITIONED BY (pt STRING);');
    await writer.write(batchOfRecords([2]), writeContext());
    expect(setup.rows()).toEqual([{ value: 'v2', key: null, pt: expect.any(String) }]);
  });

  it('is created where that is allowed, with the columns that are written', async () => {
    const setup = await maxcomputeSetup();
    const raw = { 'maxcompute.table': 'made', 'maxcompute.create.table': 'create', 'maxcompute.mode': 'VALUE' };
    const writer = setup.writer(raw);
    await writer.open?.([], writeContext());
    await writer.write(batchOfRecords([{ offset: 4, key: 'k' }]), writeContext());
    expect(setup.server.rows('made')).toEqual([
      {
        topic: 'orders',
        partition: '0',
        offset: '4',
        value: 'v4',
        insert_time: '1603779578478',
        pt: expect.any(String),
      },
    ]);
  });

  it('does not get partitions that nobody may create', async () => {
    const setup = await maxcomputeSetup();
    const batch = batchOfRecords([1]);
    for (const mode of ['append', 'stream']) {
      const raw = { 'maxcompute.create.partition': 'false', 'maxcompute.write.mode': mode };
      await expect(setup.writer(raw).write(batch, writeContext())).rejects.toMatchObject({
        name: 'FatalError',
        code: 'MAXCOMPUTE_PARTITION_MISSING',
        mayHeal: true,
      });
    }
    setup.server.runSql("ALTER TABLE orders ADD PARTITION (pt='10-27-2020 14');");
    await setup.writer({ 'maxcompute.create.partition': 'false' }).write(batch, writeContext());
    expect(setup.rows('pt=10-27-2020 14')).toHaveLength(1);
  });

  it.each([
    ['partition columns', PLAIN_TABLE, {}, /partition columns are none/],
    ['a column', '(value STRING) PARTITIONED BY (pt STRING)', {}, /no column key/],
    ['a primary key', PLAIN_TABLE, { 'maxcompute.write.mode': 'upsert' }, /no primary key|partition columns/],
  ])('that lacks %s is refused at the start, until somebody alters it', async (_, columns, raw, text) => {
    const setup = await maxcomputeSetup({ columns });
    const failure: unknown = await setup
      .writer(raw)
      .open?.([], writeContext())
      .catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'FatalError', code: 'MAXCOMPUTE_TABLE_UNFIT', mayHeal: true });
    expect(String(failure)).toMatch(text);
  });

  it('is out of reach for a token that has expired, until it is renewed', async () => {
    const keys = { accessId: 'LTAI5tSts', accessKey: 'secret-of-the-test', securityToken: 'token-of-the-test' };
    const setup = await maxcomputeSetup();
    setup.server.setCredentials([{ ...keys, expiresAt: 0 }]);
    const writer = setup.writer({
      'maxcompute.access.id': keys.accessId,
      'maxcompute.access.key': keys.accessKey,
      'maxcompute.security.token': keys.securityToken,
    });
    const failure: unknown = await writer.write(batchOfRecords([1]), writeContext()).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ name: 'FatalError', code: 'MAXCOMPUTE_CREDENTIALS_REFUSED', mayHeal: true });
    for (const secret of [keys.accessKey, keys.securityToken, 'authorization']) {
      expect(String(failure).toLowerCase()).not.toContain(secret);
    }
    setup.server.setCredentials([keys]);
    await writer.write(batchOfRecords([1]), writeContext());
    expect(setup.rows()).toHaveLength(1);
  });

  it('takes requests that are signed by version 4, and rows compressed in each way', async () => {
    const setup = await maxcomputeSetup();
    for (const [i, compression] of ['deflate', 'zstd', 'none'].entries()) {
      const writer = setup.writer({ 'maxcompute.region': 'cn-hangzhou', 'maxcompute.compression': compression });
      await writer.write(batchOfRecords([i]), writeContext());
    }
    expect(setup.rows().map(({ value }) => value)).toEqual(['v0', 'v1', 'v2']);
  });

  it('is asked for less when the service limits sessions, and says how long to wait', async () => {
    const setup = await maxcomputeSetup();
    setup.server.setFault({
      kind: 'status',
      status: 429,
      code: 'FlowExceeded',
      holdClientMs: 7_000,
      operation: 'upload.create',
    });
    await expect(setup.writer().write(batchOfRecords([1]), writeContext())).rejects.toMatchObject({
      code: 'MAXCOMPUTE_THROTTLED',
      trouble: 'throttled',
      retryAfterMs: 7_000,
    });
  });
});
