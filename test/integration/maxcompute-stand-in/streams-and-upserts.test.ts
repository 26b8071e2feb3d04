import { describe, expect, it } from 'vitest';
import { codeOf, rowsOf, tableForTest } from './fixture.ts';
import { jsonOf, type RawQuery, type RawRequest, sendRaw, streamOf } from './raw-client.ts';

const SERVER = 'odps-tunnel-routed-server';
const SLOTS = 'odps-tunnel-slot-num';

async function streamForTest() {
  const t = await tableForTest();
  const created = jsonOf(await t.send('POST', { partition: 'pt=a' }, {}, '/streams'));
  const [[slot, address] = []] = created['slots'] as [number, string][];
  const query = { uploadid: String(created['session_name']), slotid: Number(slot), partition: 'pt=a' };
  const headers = { [SERVER]: String(address), [SLOTS]: '2' };
  const write = (more: RawQuery = {}, raw: RawRequest = { body: rowsOf(1) }) =>
    t.send('PUT', { ...query, ...more }, { headers, ...raw }, '/streams');
  return { ...t, created, query, write };
}

describe('a stream', () => {
  it('shows what it is sent at once, and twice what it is sent twice', async () => {
    const { write, ids, created } = await streamForTest();
    expect(created).toMatchObject({
      status: 'normal',
      schema_version: 1,
      slots: [
        [0, '10.0.0.0:8080'],
        [1, '10.0.0.1:8080'],
      ],
    });
    const answer = await write({ record_count: 1 });
    expect([answer.status, answer.headers[SERVER], answer.headers[SLOTS]]).toEqual([200, '10.0.0.0:8080', '2']);
    await write();
    expect(ids()).toEqual(['1', '1']);
  });

  it('tells of slots that moved', async () => {
    const { server, write, send, query } = await streamForTest();
    server.moveSlots(3);
    const answer = await write();
    expect([answer.status, answer.headers[SERVER], answer.headers[SLOTS]]).toEqual([200, '10.0.1.0:8080', '3']);
    const { uploadid, partition } = query;
    const reloaded = jsonOf(await send('GET', { uploadid, partition }, {}, '/streams'));
    expect(reloaded['slots']).toHaveLength(3);
  });

  it('refuses what it cannot take', async () => {
    const { write, ids, server } = await streamForTest();
    expect(codeOf(await write({ record_count: 2 }))).toBe('400 InvalidArgument');
    expect(codeOf(await write({}, { body: rowsOf(1), headers: {} }))).toBe('400 InvalidArgument');
    expect(codeOf(await write({ schema_version: 2 }))).toBe('404 NoSuchSchema');
    expect(codeOf(await write({ uploadid: 'none' }))).toBe('404 StreamSessionNotFound');
    server.runSql('ALTER TABLE t ADD COLUMNS (extra STRING);');
    expect((await write({ schema_version: 1, check_latest_schema: 'false' })).status).toBe(200);
    const refused = await write({ schema_version: 1, check_latest_schema: 'true' });
    expect([codeOf(refused), refused.headers['odps-tunnel-latest-schema-version']]).toEqual([
      '412 SchemaModified',
      '2',
    ]);
    expect(ids()).toEqual(['1']);
  });

  it('makes its partition where it is told to', async () => {
    const { send } = await streamForTest();
    expect(codeOf(await send('POST', { partition: 'pt=new' }, {}, '/streams'))).toBe('404 NoSuchPartition');
    expect((await send('POST', { partition: 'pt=new', create_partition: undefined }, {}, '/streams')).status).toBe(200);
  });
});

/** Columns of a keyed table's stream. */
const KEYED = [
  'id bigint',
  'v string',
  '__version bigint',
  '__app_version bigint',
  '__operation tinyint',
  '__key_cols array<bigint>',
  '__value_cols array<bigint>',
];
const UPSERT = 85;
const DELETE = 68;
/** One bucket takes all keys; key 1 is of bucket 781795 mod 4. */
const COLUMNS =
  "(id BIGINT NOT NULL, v STRING NOT NULL, PRIMARY KEY (id)) TBLPROPERTIES ('transactional'='true', 'write.bucket.num'='4')";
const BUCKET_OF_1 = 356_781_795 % 4;

function upserts(...rows: readonly (readonly [id: number, v: string | null, operation: number])[]): Buffer {
  return streamOf(
    KEYED,
    rows.map(([id, v, operation]) => ({ id, v, __operation: operation, __value_cols: [] })),
  );
}

async function keyedForTest(options: Parameters<typeof tableForTest>[0] = {}) {
  const { server } = await tableForTest(options);
  server.runSql(`CREATE TABLE k ${COLUMNS};`);
  const path = `/projects/${server.project}/tables/k/upserts`;
  const create = async () => jsonOf(await sendRaw(server, 'POST', path, { slotnum: 1 }));
  const created = await create();
  const upsertid = String(created['id']);
  const slot = BUCKET_OF_1 % 2;
  const write = (body: Buffer, query: RawQuery = {}, address = `10.0.0.${slot}:8080`) => {
    const all = { upsertid, bucketid: BUCKET_OF_1, slotid: slot, ...query };
    return sendRaw(server, 'PUT', path, all, { body, headers: { [SERVER]: address } });
  };
  const ask = (method: string, id = upsertid) => sendRaw(server, method, path, { upsertid: id });
  return { server, path, created, create, write, ask, slot };
}

describe('an upsert', () => {
  it('shows rows after the commit, the last of a key, and takes away what is deleted', async () => {
    const { server, created, write, ask } = await keyedForTest();
    expect(created).toMatchObject({
      status: 'normal',
      hash_key: ['id'],
      hasher: 'default',
      slots: [
        { slot_id: '0', buckets: [0, 2] },
        { slot_id: '1', buckets: [1, 3] },
      ],
    });
    expect((await write(upserts([1, 'a', UPSERT], [1, 'b', UPSERT]), { record_count: 2 })).status).toBe(200);
    expect(server.rows('k')).toEqual([]);
    expect(jsonOf(await ask('POST'))['status']).toBe('committed');
    expect(server.rows('k')).toEqual([{ id: '1', v: 'b' }]);
    // Asked once more, it is what it was.
    expect(jsonOf(await ask('POST'))['status']).toBe('committed');
    expect(codeOf(await write(upserts([1, 'c', UPSERT])))).toBe('409 StatusConflict');
  });

  it('deletes by the key alone', async () => {
    const { server, write, ask, create } = await keyedForTest();
    await write(upserts([1, 'a', UPSERT]));
    await ask('POST');
    const next = String((await create())['id']);
    await write(upserts([1, null, DELETE]), { upsertid: next });
    await ask('POST', next);
    expect(server.rows('k')).toEqual([]);
  });

  it('sends clients to where a slot has moved', async () => {
    const { server, write, slot, ask } = await keyedForTest();
    server.moveSlots();
    const moved = await write(upserts([1, 'a', UPSERT]));
    expect([moved.status, moved.headers[SERVER]]).toEqual([308, `10.0.1.${slot}:8080`]);
    expect((await write(upserts([1, 'a', UPSERT]), {}, `10.0.1.${slot}:8080`)).status).toBe(200);
    await ask('POST');
    expect(server.rows('k')).toEqual([{ id: '1', v: 'a' }]);
  });

  it('refuses rows of another bucket, and rows that are no rows', async () => {
    const { write, slot, ask } = await keyedForTest();
    const row = (cells: object) =>
      streamOf(KEYED, [{ id: 1, v: 'a', __operation: UPSERT, __value_cols: [], ...cells }]);
    const other = (BUCKET_OF_1 + 2) % 4;
    expect(codeOf(await write(row({}), { bucketid: other, slotid: slot }))).toBe('400 InvalidArgument');
    expect(codeOf(await write(row({}), { bucketid: 4 }))).toBe('400 InvalidArgument');
    expect(codeOf(await write(row({}), { record_count: 2 }))).toBe('400 InvalidArgument');
    expect(codeOf(await write(row({ __operation: 1 })))).toBe('400 MalformedDataStream');
    expect(codeOf(await write(row({ __value_cols: null })))).toBe('400 MalformedDataStream');
    expect(codeOf(await write(row({ __value_cols: ['0'] })))).toBe('400 InvalidArgument');
    expect(codeOf(await write(row({ v: null })))).toBe('400 MalformedDataStream');
    expect(codeOf(await write(row({ id: null, __operation: DELETE })))).toBe('400 MalformedDataStream');
    expect((await write(row({}), { slotid: 1 - slot })).status).toBe(308);
    expect((await ask('DELETE')).status).toBe(200);
    expect(codeOf(await ask('POST'))).toBe('404 UpsertSessionNotFound');
  });

  it('says that it is committing while it is', async () => {
    const { server, write, ask } = await keyedForTest({ commitMs: 50 });
    await write(upserts([1, 'a', UPSERT]));
    expect(jsonOf(await ask('POST'))['status']).toBe('committing');
    await expect.poll(async () => jsonOf(await ask('POST'))['status']).toBe('committed');
    expect(server.rows('k')).toEqual([{ id: '1', v: 'a' }]);
  });

  it('is for keyed tables, and they for it', async () => {
    const { send } = await tableForTest();
    expect(codeOf(await send('POST', { slotnum: 1, partition: 'pt=a' }, {}, '/upserts'))).toBe('400 InvalidArgument');
    const { server } = await keyedForTest();
    const path = `/projects/${server.project}/tables/k`;
    expect(codeOf(await sendRaw(server, 'POST', path, { uploads: 1 }))).toBe('400 InvalidArgument');
    expect(codeOf(await sendRaw(server, 'POST', `${path}/streams`))).toBe('400 InvalidArgument');
  });
});
