import { describe, expect, it } from 'vitest';
import { block, PT, PT_TEXT, setup } from './setup.ts';

async function setupSession(...args: Parameters<typeof setup>) {
  const tunnel = await setup(...args);
  const { client, table, server, call } = tunnel;
  server.runSql(`ALTER TABLE ${table} ADD IF NOT EXISTS PARTITION (pt='${PT[0]?.value}');`);
  const session = await client.createUpload(table, PT, call);
  return { ...tunnel, session, columns: session.schema.columns };
}

describe('upload sessions', () => {
  it.each(['none', 'deflate', 'zstd'] as const)(
    'show all their blocks at once, with compression %s',
    async (compression) => {
      const { session, columns, rows, call } = await setupSession({}, { compression });
      const bodies = await Promise.all([0, 1, 19_999].map((id) => block(columns, [id, `block ${id}`], [null, null])));
      await Promise.all(bodies.map((body, index) => session.uploadBlock([0, 1, 19_999][index] ?? 0, body, call)));
      await session.reload(call);
      expect(session).toMatchObject({ status: 'normal', maxFieldBytes: 8_388_608 });
      expect(session.blocks.toSorted((a, b) => a.id - b.id)).toEqual([0, 1, 19_999].map((id) => ({ id, rows: 2 })));
      expect(rows()).toEqual([]);
      await session.commit(call);
      expect(session.status).toBe('closed');
      expect(rows()).toHaveLength(6);
      expect(rows()).toContainEqual({ id: '19999', name: 'block 19999', pt: PT[0]?.value });
      expect(rows()).toContainEqual({ id: null, name: null, pt: PT[0]?.value });
    },
  );

  it('replace a block that is uploaded again', async () => {
    const { session, columns, rows, call } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'first'], [2, 'first']), call);
    await session.uploadBlock(0, await block(columns, [1, 'second']), call);
    await session.commit(call);
    expect(rows().map(({ name }) => name)).toEqual(['second']);
  });

  it('go on in another process', async () => {
    const { session, columns, table, clientOf, rows, call } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    const other = await clientOf().openUpload(table, PT, session.id, call);
    expect(other).toMatchObject({ id: session.id, status: 'normal', blocks: [{ id: 0, rows: 1 }] });
    await other.uploadBlock(1, await block(other.schema.columns, [2, 'b']), call);
    await other.commit(call);
    expect(rows()).toHaveLength(2);
  });

  it('are committed when the answer to a commit is lost', async () => {
    const { session, columns, server, rows, call, slept } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    server.setFault({ kind: 'drop-after', operation: 'upload.commit' });
    await session.commit(call);
    expect(session.status).toBe('closed');
    expect(rows()).toHaveLength(1);
    expect(server.stats().byOperation['upload.commit']).toBe(1);
    expect(slept).toEqual([500]);
  });

  it('are committed when somebody else was faster', async () => {
    const { session, columns, table, clientOf, rows, call } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    const other = await clientOf().openUpload(table, PT, session.id, call);
    await Promise.all([session.commit(call), other.commit(call)]);
    await session.commit(call);
    expect(rows()).toHaveLength(1);
  });

  it('wait for a commit that takes its time', async () => {
    const { session, columns, server, rows, call } = await setupSession({ commitMs: 200 });
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    server.setFault({ kind: 'drop-before', operation: 'upload.commit' });
    await Promise.all([session.commit(call), session.commit(call)]);
    expect(rows()).toHaveLength(1);
  });

  it('leave repeats to who wants that, and a second commit succeeds', async () => {
    const { session, columns, server, rows, call, slept } = await setupSession({}, { retry: 'none' });
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    server.setFault({ kind: 'drop-after', operation: 'upload.commit' });
    await expect(session.commit(call)).rejects.toMatchObject({ networkCode: 'UND_ERR_SOCKET', status: 0 });
    expect(slept).toEqual([]);
    await session.commit(call);
    expect(rows()).toHaveLength(1);
  });

  it('are not committed without a block that they should have', async () => {
    const { session, columns, server, clientOf, table, rows, call } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    server.forgetSessions();
    await expect(session.commit(call)).rejects.toMatchObject({ code: 'NoSuchUpload', status: 404 });
    await expect(clientOf().openUpload(table, PT, session.id, call)).rejects.toMatchObject({ code: 'NoSuchUpload' });
    expect(rows()).toEqual([]);
  });

  it('end', async () => {
    const { session, columns, server, call } = await setupSession();
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    server.expireSessions();
    await expect(session.commit(call)).rejects.toMatchObject({ code: 'StatusConflict' });
    await expect(session.uploadBlock(1, await block(columns, [2, 'b']), call)).rejects.toMatchObject({
      code: 'StatusConflict',
    });
  });

  it('refuse blocks after the commit', async () => {
    const { session, columns, call } = await setupSession();
    await session.commit(call);
    await expect(session.uploadBlock(0, await block(columns, [1, 'a']), call)).rejects.toMatchObject({
      code: 'StatusConflict',
    });
  });
});

describe('troubles of a block', () => {
  it('waits as long as the service asks', async () => {
    const { session, columns, server, call, slept } = await setupSession();
    const fault = { kind: 'status', status: 429, code: 'FlowExceeded', operation: 'upload.block' } as const;
    server.setFault({ ...fault, holdClientMs: 7_000 });
    server.setFault({ ...fault, holdClientMs: 90_000 });
    server.setFault(fault);
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    expect(slept).toEqual([7_000, 10_000, 2_000]);
  });

  it.each([
    ['502 of a gateway', { kind: 'gateway', status: 502 } as const],
    ['a connection that ends before', { kind: 'drop-before' } as const],
    ['a connection that ends after', { kind: 'drop-after' } as const],
    ['500', { kind: 'status', status: 500, code: 'InternalServerError' } as const],
  ])('tries again after %s', async (_, fault) => {
    const { session, columns, server, rows, call } = await setupSession();
    server.setFault({ ...fault, operation: 'upload.block', times: 3 });
    await session.uploadBlock(0, await block(columns, [1, 'a']), call);
    await session.commit(call);
    expect(rows()).toHaveLength(1);
    expect(server.stats().faults).toBe(3);
  });

  it('gives up after seven repeats', async () => {
    const { session, columns, server, call, slept } = await setupSession();
    server.setFault({ kind: 'gateway', status: 503, operation: 'upload.block', times: 100 });
    await expect(session.uploadBlock(0, await block(columns, [1, 'a']), call)).rejects.toMatchObject({ status: 503 });
    expect(slept).toHaveLength(7);
  });

  it('ends with its signal', async () => {
    const { session, columns, server } = await setupSession();
    server.setFault({ kind: 'hang', operation: 'upload.block' });
    const ours = new AbortController();
    const uploaded = session.uploadBlock(0, await block(columns, [1, 'a']), { signal: ours.signal });
    setTimeout(() => ours.abort(), 50);
    await expect(uploaded).rejects.toMatchObject({ networkCode: 'ABORTED' });
  });

  it('does not hide a block that is damaged', async () => {
    const { session, columns, call } = await setupSession({}, { compression: 'none' });
    const body = await block(columns, [1, 'a']);
    body.writeUInt8(body.readUInt8(1) + 2, 1);
    await expect(session.uploadBlock(0, body, call)).rejects.toMatchObject({
      status: 400,
      code: 'MalformedDataStream',
      requestId: expect.any(String),
    });
  });

  it('says when the columns have changed', async () => {
    const { session, columns, server, table, call } = await setupSession({ onOldSchema: 'refuse' });
    server.runSql(`ALTER TABLE ${table} ADD COLUMNS (more STRING);`);
    await expect(session.uploadBlock(0, await block(columns, [1, 'a']), call)).rejects.toMatchObject({
      status: 412,
      code: 'SchemaModified',
    });
  });
});

describe('sessions that are not to be had', () => {
  it.each([
    ['a partition that is missing', [{ name: 'pt', value: 'x' }], 'NoSuchPartition'],
    ['no partition', undefined, 'MissingPartitionSpec'],
    ['a partition of another table', [{ name: 'ds', value: 'x' }], 'InvalidPartitionSpec'],
  ])('are those with %s', async (_, partition, code) => {
    const { client, table, call } = await setup();
    await expect(client.createUpload(table, partition, call)).rejects.toMatchObject({ code });
  });

  it('are those of a table that is missing', async () => {
    const { client, call } = await setup();
    await expect(client.createUpload('nowhere', PT, call)).rejects.toMatchObject({
      code: 'NoSuchTable',
      message: expect.stringContaining(`create an upload session of local_project.nowhere, partition ${PT_TEXT}`),
    });
  });
});
