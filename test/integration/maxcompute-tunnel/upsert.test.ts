import { describe, expect, it } from 'vitest';
import { RowEncoder } from '../../../functions/maxcompute-sink/tunnel/row-encoder.ts';
import type { UpsertSession } from '../../../functions/maxcompute-sink/tunnel/upsert-session.ts';
import { loadCrc32c } from '../../../shared/kafka/wire/crc32c.ts';
import { setup } from './setup.ts';

const KEYED = (buckets: number) =>
  `(id BIGINT NOT NULL, v STRING, PRIMARY KEY (id)) TBLPROPERTIES ('transactional'='true','write.bucket.num'='${buckets}')`;

type Change = readonly [operation: 'upsert' | 'delete', id: number, value: string | null];

async function blockOf(session: UpsertSession, changes: readonly Change[]): Promise<Buffer> {
  const encoder = new RowEncoder(session.rowColumns, await loadCrc32c());
  for (const [operation, id, value] of changes) {
    encoder.integer(0, id);
    encoder.value(1, value);
    session.endRow(encoder, operation);
  }
  return encoder.finish();
}

async function setupUpsert(buckets = 1, ...[order, options]: Parameters<typeof setup>) {
  const tunnel = await setup({ columns: KEYED(buckets), ...order }, options);
  const { client, table, call } = tunnel;
  const session = await client.createUpsert(table, undefined, call);
  const write = async (...changes: readonly Change[]) => {
    for (let bucket = 0; bucket < session.buckets; bucket++) {
      const own = changes.filter(([, id]) => session.bucketOf([id]) === bucket);
      if (own.length > 0) await session.write(bucket, await blockOf(session, own), own.length, call);
    }
  };
  const state = () => Object.fromEntries(tunnel.rows().map(({ id, v }) => [id, v]));
  return { ...tunnel, session, write, state };
}

it('encodes operations as the SDKs do', async () => {
  const { session } = await setupUpsert();
  expect((await blockOf(session, [['upsert', 1, 'a']])).toString('hex', 0, 19)).toBe(
    '080212016128aa013a0080c0ff7ffac494a60b',
  );
  expect((await blockOf(session, [['delete', 2, 'b']])).toString('hex', 0, 19)).toBe(
    '0804120162288801' + '3a0080c0ff7fa6c2c18906',
  );
});

describe.each([1, 16])('with %i buckets', (buckets) => {
  it('rows replace and take away those of their key, all at the commit', async () => {
    const { session, write, state, client, table, call } = await setupUpsert(buckets);
    expect(session).toMatchObject({ buckets, hashKey: ['id'], status: 'normal' });
    await write(...Array.from({ length: 50 }, (_, id): Change => ['upsert', id, `first ${id}`]));
    expect(state()).toEqual({});
    await session.commit(call);
    expect(Object.keys(state())).toHaveLength(50);
    const next = await client.createUpsert(table, undefined, call);
    for (const change of [
      ['upsert', 7, 'second'],
      ['delete', 8, null],
      ['upsert', 9, null],
    ] satisfies Change[]) {
      await next.write(next.bucketOf([change[1]]), await blockOf(next, [change]), 1, call);
    }
    await next.commit(call);
    expect(Object.keys(state())).toHaveLength(49);
    expect(state()).toMatchObject({ 6: 'first 6', 7: 'second', 9: null });
  });
});

describe('troubles', () => {
  it.each(['table', 'none'] as const)('follows slots that move, with retry %s', async (retry) => {
    const { server, session, write, state, call } = await setupUpsert(4, {}, { retry });
    server.moveSlots();
    await write(['upsert', 1, 'a'], ['upsert', 2, 'b'], ['upsert', 3, 'c']);
    server.moveSlots();
    await session.commit(call);
    expect(Object.keys(state())).toHaveLength(3);
  });

  it('follows where an answer says that the slot is', async () => {
    const { server, write, slept } = await setupUpsert();
    const headers = { 'odps-tunnel-routed-server': '10.0.0.0:8080' };
    server.setFault({ kind: 'status', status: 308, code: 'SlotReassigned', headers, operation: 'upsert.write' });
    await write(['upsert', 1, 'a']);
    expect(server.stats().byOperation['upsert.reload']).toBeUndefined();
    expect(slept).toEqual([500]);
  });

  it('is committed when the answer to a commit is lost', async () => {
    const { server, session, write, state, call } = await setupUpsert();
    await write(['upsert', 1, 'a']);
    server.setFault({ kind: 'drop-after', operation: 'upsert.commit' });
    await session.commit(call);
    expect(session.status).toBe('committed');
    expect(state()).toEqual({ 1: 'a' });
  });

  it('is not taken for committed when it was gone before', async () => {
    const { server, session, write, call } = await setupUpsert();
    await write(['upsert', 1, 'a']);
    server.forgetSessions();
    await expect(session.commit(call)).rejects.toMatchObject({ code: 'UpsertSessionNotFound' });
  });

  it('shows nothing of what is aborted', async () => {
    const { session, write, state, call } = await setupUpsert();
    await write(['upsert', 1, 'a']);
    await session.abort(call);
    await expect(session.commit(call)).rejects.toThrow();
    expect(state()).toEqual({});
  });

  it('goes on in another process', async () => {
    const { session, write, clientOf, table, state, call } = await setupUpsert(4);
    await write(['upsert', 1, 'a']);
    const other = await clientOf().openUpsert(table, undefined, session.id, call);
    expect(other).toMatchObject({ id: session.id, buckets: 4 });
    await other.commit(call);
    expect(state()).toEqual({ 1: 'a' });
  });

  it('is refused to a table without a key', async () => {
    const { client, call } = await setup({ columns: '(id BIGINT)', table: 'plain' });
    await expect(client.createUpsert('plain', undefined, call)).rejects.toThrow('upsert session');
  });
});
