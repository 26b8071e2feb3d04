import { describe, expect, it } from 'vitest';
import { parseColumnType } from '../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { MAXCOMPUTE_KEYS } from '../../helpers/maxcompute.ts';
import { block, PT, setup as setupTunnel } from './setup.ts';

/** Statements are told apart by numbers drawn at random. */
const setup = (...[order, options]: Parameters<typeof setupTunnel>) =>
  setupTunnel(order, { random: Math.random, ...options });

const column = (name: string, type: string) => ({ name, type: parseColumnType(type) });

describe('tables', () => {
  it('are made, partitions too, and described', async () => {
    const { client, call } = await setup();
    const definition = {
      name: 'made',
      columns: [column('partition', 'bigint'), column('doc', 'json'), column('price', 'decimal(10,2)')],
      partitionKeys: [column('pt', 'string'), column('ds', 'string')],
    };
    await client.createTable(definition, call);
    await client.createTable(definition, call);
    const table = await client.table('made', call);
    expect(table).toMatchObject({ primaryKey: [], transactional: false, isView: false });
    expect(table.columns.map(({ name, type }) => ({ name, type }))).toEqual(definition.columns);
    expect(table.partitionKeys.map(({ name }) => name)).toEqual(['pt', 'ds']);
    const partition = [
      { name: 'pt', value: '11-17-2020 12:30' },
      { name: 'ds', value: 'a+b' },
    ];
    expect(await client.hasPartition('made', partition, call)).toBe(false);
    await client.createPartition('made', partition, call);
    await client.createPartition('made', partition, call);
    expect(await client.hasPartition('made', partition, call)).toBe(true);
  });

  it('have a primary key when asked for', async () => {
    const { client, call } = await setup();
    const columns = [column('id', 'bigint'), column('v', 'string')];
    await client.createTable({ name: 'keyed', columns, partitionKeys: [], primaryKey: ['id'] }, call);
    const table = await client.table('keyed', call);
    expect(table).toMatchObject({ primaryKey: ['id'], transactional: true });
    expect(table.columns.map(({ nullable }) => nullable)).toEqual([false, true]);
  });

  it('change their version with their columns', async () => {
    const { client, server, table, call } = await setup();
    const before = await client.table(table, call);
    server.runSql(`ALTER TABLE ${table} ADD COLUMNS (more STRING);`);
    const after = await client.table(table, call);
    expect(after.columns).toHaveLength(before.columns.length + 1);
    expect(after.schemaVersion).not.toBe(before.schemaVersion);
  });

  it('are missed', async () => {
    const { client, call } = await setup();
    await expect(client.table('nowhere', call)).rejects.toMatchObject({ status: 404 });
    await expect(client.hasPartition('nowhere', PT, call)).rejects.toMatchObject({ status: 404 });
  });
});

describe('statements', () => {
  it('answer what they select', async () => {
    const { client, table, call } = await setup();
    const stream = await client.createStream(table, PT, call);
    await stream.write(await block(stream.schema.columns, [1, 'a'], [2, 'b']), 2, call);
    const [head, row] = (
      await client.runSql(
        `SELECT COUNT(*) FROM ${client.quotedName(table)} WHERE pt = '${PT[0]?.value}' AND id >= 2`,
        call,
      )
    )
      .trim()
      .split('\n');
    expect(head).toBeDefined();
    expect(row?.replaceAll('"', '')).toBe('1');
  });

  it('are waited for', async () => {
    const { client, table, call, slept } = await setup({ sqlPolls: 3 });
    await client.createPartition(table, PT, call);
    expect(slept).toEqual([200, 400, 800]);
    expect(await client.hasPartition(table, PT, call)).toBe(true);
  });

  it('fail with their code', async () => {
    const { client, call } = await setup();
    await expect(client.createPartition('nowhere', PT, call)).rejects.toMatchObject({
      status: 200,
      code: expect.stringMatching(/^ODPS-\d+$/),
    });
  });

  it('wait while the service is busy', async () => {
    const { client, server, table, call, slept } = await setup();
    const headers = { 'retry-after': '2' };
    server.setFault({ kind: 'status', status: 409, code: 'Conflict', headers, operation: 'sql.submit' });
    server.setFault({ kind: 'status', status: 409, code: 'Conflict', operation: 'sql.submit' });
    await client.createPartition(table, PT, call);
    expect(slept).toEqual([2_000, 5_000]);
  });
});

describe('signatures', () => {
  it('are of version 4 where a region is named', async () => {
    const { client, table, call } = await setup({}, { region: 'cn-hangzhou' });
    await client.createPartition(table, PT, call);
    expect(await client.hasPartition(table, PT, call)).toBe(true);
    expect((await client.createUpload(table, PT, call)).status).toBe('normal');
  });

  it('are bound to their region', async () => {
    const { client, table, call } = await setup({}, { region: 'cn-beijing' });
    await expect(client.table(table, call)).rejects.toMatchObject({ status: 401 });
  });

  it.each([undefined, 'cn-hangzhou'])('go with a token, region %s', async (region) => {
    const token = 'token-of-the-test';
    const own = { ...MAXCOMPUTE_KEYS, securityToken: token };
    const credentials = async () => ({
      accessKeyId: own.accessId,
      accessKeySecret: own.accessKey,
      securityToken: token,
    });
    const { client, clientOf, table, server, call } = await setup({ credentials: [own] }, { region, credentials });
    await client.createPartition(table, PT, call);
    expect((await client.createUpload(table, PT, call)).status).toBe('normal');
    const without = async () => ({ accessKeyId: own.accessId, accessKeySecret: own.accessKey });
    await expect(clientOf({ credentials: without }).table(table, call)).rejects.toMatchObject({ status: 401 });
    server.setCredentials([{ ...own, expiresAt: 0 }]);
    await expect(client.table(table, call)).rejects.toMatchObject({ status: 401 });
  });

  it('are renewed with the credentials', async () => {
    let accessKeySecret = 'old';
    const credentials = async () => ({ accessKeyId: MAXCOMPUTE_KEYS.accessId, accessKeySecret });
    const { client, table, call } = await setup({}, { credentials });
    const refused = await client.table(table, call).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 401, requestId: expect.any(String) });
    expect(String(refused)).not.toContain(MAXCOMPUTE_KEYS.accessId);
    accessKeySecret = MAXCOMPUTE_KEYS.accessKey;
    expect((await client.table(table, call)).columns).toHaveLength(2);
  });
});

describe('the tunnel', () => {
  it('is asked for once', async () => {
    const { client, table, server, call } = await setup();
    await client.createStream(table, PT, call);
    await client.createStream(table, PT, call);
    expect(server.stats().byOperation['project.tunnel']).toBe(1);
  });

  it('is asked for again when it cannot be reached', async () => {
    const { client, table, server, call } = await setup();
    await client.createStream(table, PT, call);
    server.setFault({ kind: 'drop-before', operation: 'stream.create' });
    await client.createStream(table, PT, call);
    expect(server.stats().byOperation['project.tunnel']).toBe(2);
  });

  it('is not asked for when it is known', async () => {
    const tunnel = await setup();
    const { server, table, call } = tunnel;
    const client = tunnel.clientOf({ tunnelEndpoint: server.tunnelEndpoint });
    await client.createStream(table, PT, call);
    expect(server.stats().byOperation['project.tunnel']).toBeUndefined();
  });

  it('tells a failure of its own by name', async () => {
    const { client, table, server, call } = await setup({}, { retry: 'none' });
    server.setFault({ kind: 'hang', operation: 'project.tunnel' });
    const ours = new AbortController();
    const asked = client.createUpload(table, PT, { signal: ours.signal });
    setTimeout(() => ours.abort(), 50);
    await expect(asked).rejects.toMatchObject({
      networkCode: 'ABORTED',
      action: 'ask where the tunnel of project local_project is',
    });
    expect((await client.createStream(table, PT, call)).id).not.toBe('');
  });
});
