import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync } from 'node:zlib';
import { compress } from '@mongodb-js/zstd';
import { expect, it, onTestFinished } from 'vitest';
import { startedMaxCompute } from '../../helpers/maxcompute.ts';
import { codeOf, rowsOf, tableForTest } from './fixture.ts';
import { jsonOf, streamOf } from './raw-client.ts';

it('shows rows after the commit and not before, and keeps them as a person can read them', async () => {
  const t = await tableForTest();
  const id = await t.create();
  expect((await t.put(id, 7, rowsOf(1, 2))).status).toBe(200);
  expect((await t.put(id, 3, rowsOf(3))).status).toBe(200);
  expect(t.ids()).toEqual([]);
  expect(jsonOf(await t.reload(id))).toMatchObject({
    Status: 'normal',
    MaxFieldSize: 8 * 1024 * 1024,
    Schema: {
      columns: [{ name: 'id', type: 'bigint', nullable: true }, { name: 'name' }],
      partitionKeys: [{ name: 'pt' }],
    },
    UploadedBlockList: [
      { BlockID: 3, RecordCount: 1 },
      { BlockID: 7, RecordCount: 2 },
    ],
  });
  expect(jsonOf(await t.commit(id))).toMatchObject({ Status: 'closed' });
  expect(t.ids()).toEqual(['3', '1', '2']);
  const folder = join(t.dir, t.server.project, 't', 'pt=a');
  const [file = ''] = await readdir(folder);
  expect(file).toBe(`session-${id}.jsonl`);
  expect(await readFile(join(folder, file), 'utf8')).toBe(
    '{"id":"3","name":"n3"}\n{"id":"1","name":"n1"}\n{"id":"2","name":"n2"}\n',
  );
});

it('lets a block replace one of the same id', async () => {
  const t = await tableForTest();
  const id = await t.create();
  for (const body of [rowsOf(1, 2, 3), rowsOf(4)]) await t.put(id, 0, body);
  await t.commit(id);
  expect(t.ids()).toEqual(['4']);
});

it('takes nothing after the commit, and says how the session stands', async () => {
  const t = await tableForTest();
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  await t.commit(id);
  expect(codeOf(await t.put(id, 1, rowsOf(2)))).toBe('409 StatusConflict');
  expect(codeOf(await t.commit(id))).toBe('409 StatusConflict');
  expect(jsonOf(await t.reload(id))).toMatchObject({ Status: 'closed', UploadedBlockList: [{ BlockID: 0 }] });
  expect(t.ids()).toEqual(['1']);
});

it('commits once where two commit at the same time', async () => {
  const t = await tableForTest({ commitMs: 20 });
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  const statuses = (await Promise.all([t.commit(id), t.commit(id)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 409]);
  expect(t.ids()).toEqual(['1']);
});

it('keeps nothing of a body that breaks off', async () => {
  const t = await tableForTest();
  const id = await t.create();
  await expect(t.put(id, 0, rowsOf(1, 2, 3), { cutAfter: 10 })).rejects.toThrow();
  await expect.poll(() => t.server.stats().byStatus['0']).toBe(1);
  expect(jsonOf(await t.reload(id))['UploadedBlockList']).toEqual([]);
});

it('refuses a stream that is not well-formed, and keeps the block that was there', async () => {
  const t = await tableForTest();
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  const broken = rowsOf(2);
  broken[1] = (broken[1] ?? 0) ^ 2;
  expect(codeOf(await t.put(id, 0, broken))).toBe('400 MalformedDataStream');
  expect(codeOf(await t.put(id, 0, Buffer.alloc(0)))).toBe('400 MalformedDataStream');
  expect(codeOf(await t.put(id, 0, streamOf(['id string'], [{ id: 'x' }])))).toBe('400 MalformedDataStream');
  await t.commit(id);
  expect(t.ids()).toEqual(['1']);
});

it('unpacks deflate and zstd, and nothing else', async () => {
  const t = await tableForTest();
  const id = await t.create();
  const put = (block: number, encoding: string, body: Buffer) =>
    t.put(id, block, body, { headers: { 'content-encoding': encoding } });
  expect((await put(0, 'deflate', deflateSync(rowsOf(1)))).status).toBe(200);
  expect((await put(1, 'zstd', await compress(rowsOf(2)))).status).toBe(200);
  expect(codeOf(await put(2, 'deflate', deflateRawSync(rowsOf(3))))).toBe('400 MalformedDataStream');
  expect(codeOf(await put(2, 'zstd', rowsOf(3)))).toBe('400 MalformedDataStream');
  expect(codeOf(await put(2, 'gzip', rowsOf(3)))).toBe('400 InvalidArgument');
  // Compressed, and not said so.
  expect(codeOf(await t.put(id, 2, deflateSync(rowsOf(3))))).toBe('400 MalformedDataStream');
  await t.commit(id);
  expect(t.ids()).toEqual(['1', '2']);
});

it('refuses what no client should ask', async () => {
  const t = await tableForTest();
  const id = await t.create();
  const partition = 'pt=a';
  expect(codeOf(await t.send('POST', { uploads: undefined }))).toBe('400 MissingPartitionSpec');
  expect(codeOf(await t.send('POST', { uploads: 1, partition: "pt='a'" }))).toBe('400 InvalidPartitionSpec');
  expect(codeOf(await t.send('POST', { uploads: 1, partition: 'pt=b' }))).toBe('404 NoSuchPartition');
  expect(codeOf(await t.put(id, 20_000, rowsOf(1)))).toBe('400 InvalidBlockID');
  expect(codeOf(await t.send('PUT', { uploadid: id, partition }, { body: rowsOf(1) }))).toBe('400 InvalidArgument');
  expect(codeOf(await t.put('none', 0, rowsOf(1)))).toBe('404 NoSuchUpload');
  expect(codeOf(await t.send('GET', { uploadid: id, partition: 'pt=b' }))).toBe('400 InvalidArgument');
  expect(codeOf(await t.send('DELETE', { uploadid: id, partition }))).toBe('404 NoSuchObject');
  expect(codeOf(await t.send('GET', {}, { keys: { accessId: 'nobody', accessKey: 'x' } }))).toBe('401 Unauthorized');
});

it('makes a partition where it is told to', async () => {
  const t = await tableForTest();
  const id = await t.create({ partition: 'pt=2026-01-01 10:00', create_partition: 'true' });
  const of = { uploadid: id, partition: 'pt=2026-01-01 10:00' };
  await t.send('PUT', { ...of, blockid: 0 }, { body: rowsOf(1) });
  await t.send('POST', of);
  expect(t.server.rows('t', 'pt=2026-01-01 10:00')).toEqual([{ id: '1', name: 'n1', pt: '2026-01-01 10:00' }]);
  expect(codeOf(await t.send('POST', { uploads: 1, partition: 'pt=é', create_partition: 'true' }))).toBe(
    '400 InvalidPartitionSpec',
  );
});

it('forgets sessions of a table that is dropped, and refuses those of a partition that is', async () => {
  const t = await tableForTest();
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  t.server.runSql("ALTER TABLE t DROP PARTITION (pt='a');");
  expect(codeOf(await t.put(id, 1, rowsOf(2)))).toBe('404 NoSuchPartition');
  expect(codeOf(await t.commit(id))).toBe('404 NoSuchPartition');
  t.server.runSql('DROP TABLE t;');
  expect(codeOf(await t.commit(id))).toBe('404 NoSuchTable');
  t.server.runSql('CREATE TABLE t (id BIGINT, name STRING) PARTITIONED BY (pt STRING);');
  t.server.runSql("ALTER TABLE t ADD PARTITION (pt='a');");
  expect(codeOf(await t.commit(id))).toBe('404 NoSuchUpload');
});

it('reads a session by the columns that it was made with', async () => {
  const t = await tableForTest();
  const id = await t.create();
  t.server.runSql('ALTER TABLE t ADD COLUMNS (extra STRING);');
  expect((await t.put(id, 0, rowsOf(1))).status).toBe(200);
  const wider = streamOf(['id bigint', 'name string', 'extra string'], [{ id: 2, extra: 'x' }]);
  expect(codeOf(await t.put(id, 1, wider))).toBe('400 MalformedDataStream');
  await t.commit(id);
  expect(t.ids()).toEqual(['1']);
});

it('refuses sessions of older columns where it is told to', async () => {
  const t = await tableForTest({ onOldSchema: 'refuse' });
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  t.server.runSql('ALTER TABLE t ADD COLUMNS (extra STRING);');
  const refused = await t.put(id, 1, rowsOf(2));
  expect([codeOf(refused), refused.headers['odps-tunnel-latest-schema-version']]).toEqual(['412 SchemaModified', '2']);
  expect(codeOf(await t.commit(id))).toBe('412 SchemaModified');
});

it('ends sessions after a day, and forgets them after two', async () => {
  const hour = 3_600_000;
  let ahead = 0;
  const t = await tableForTest({ clock: () => Date.now() + ahead });
  const signedThen = () => ({ headers: { date: new Date(Date.now() + ahead).toUTCString() } });
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  const query = { uploadid: id, partition: 'pt=a' };
  ahead = 24 * hour;
  expect(jsonOf(await t.send('GET', query, signedThen()))['Status']).toBe('expired');
  expect(codeOf(await t.send('POST', query, signedThen()))).toBe('409 StatusConflict');
  ahead = 48 * hour;
  expect(codeOf(await t.send('GET', query, signedThen()))).toBe('404 NoSuchUpload');
  expect(t.ids()).toEqual([]);
});

it('has limits', async () => {
  const t = await tableForTest({ quotas: { sessionsPerFiveMinutes: 2, blocksPerFiveMinutes: 1 } });
  const id = await t.create();
  await t.create();
  expect(codeOf(await t.send('POST', { uploads: 1, partition: 'pt=a' }))).toBe('429 FlowExceeded');
  await t.put(id, 0, rowsOf(1));
  expect(codeOf(await t.put(id, 1, rowsOf(1)))).toBe('429 FlowExceeded');
});

it('goes on where it was, after a restart', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'spillway-maxcompute-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const t = await tableForTest({ dir });
  const [open, closed] = [await t.create(), await t.create()];
  await t.put(open, 0, rowsOf(1));
  await t.put(closed, 0, rowsOf(2));
  await t.commit(closed);
  await t.server.close();
  const { stop } = await startedMaxCompute({ dir, table: 't', port: t.server.port });
  onTestFinished(stop);
  expect(jsonOf(await t.reload(closed))['Status']).toBe('closed');
  expect((await t.put(open, 1, rowsOf(3))).status).toBe(200);
  expect((await t.commit(open)).status).toBe(200);
  expect(t.ids().sort()).toEqual(['1', '2', '3']);
});

it('refuses what stands behind the end of a compressed stream', async () => {
  const t = await tableForTest();
  const id = await t.create();
  const body = Buffer.concat([deflateSync(rowsOf(1)), Buffer.from('x')]);
  const answer = await t.put(id, 0, body, { headers: { 'content-encoding': 'deflate' } });
  expect(codeOf(answer)).toBe('400 MalformedDataStream');
});
