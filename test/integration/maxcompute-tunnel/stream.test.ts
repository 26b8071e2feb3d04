import { expect, it } from 'vitest';
import { block, PT, setup } from './setup.ts';

async function setupStream(...args: Parameters<typeof setup>) {
  const tunnel = await setup(...args);
  const session = await tunnel.client.createStream(tunnel.table, PT, tunnel.call);
  const write = async (...ids: readonly number[]) => {
    const body = await block(session.schema.columns, ...ids.map((id) => [id, `row ${id}`]));
    await session.write(body, ids.length, tunnel.call);
  };
  return { ...tunnel, session, write };
}

it.each(['none', 'deflate', 'zstd'] as const)(
  'rows are there at once, their partition too, with compression %s',
  async (compression) => {
    const { write, rows } = await setupStream({}, { compression });
    await write(1, 2);
    expect(rows()).toEqual([1, 2].map((id) => ({ id: String(id), name: `row ${id}`, pt: PT[0]?.value })));
    await write(3);
    expect(rows()).toHaveLength(3);
  },
);

it('blocks go through the slots in turn', async () => {
  const { write, rows } = await setupStream({ slots: 3 });
  await Promise.all([write(1), write(2), write(3), write(4)]);
  expect(rows()).toHaveLength(4);
});

it.each([
  ['to other servers', undefined, 0],
  ['to more of them', 5, 1],
  ['to fewer of them', 1, 1],
])('slots that move %s are followed', async (_, count, reloads) => {
  const { server, write, rows } = await setupStream({ slots: 2 });
  await write(1);
  server.moveSlots(count);
  for (const id of [2, 3, 4]) await write(id);
  expect(rows()).toHaveLength(4);
  expect(server.stats().byOperation['stream.reload'] ?? 0).toBe(reloads);
});

it('a gateway that fails is asked about the slots, once and at once', async () => {
  const { server, write, rows, slept } = await setupStream({}, { retry: 'none' });
  server.setFault({ kind: 'gateway', operation: 'stream.write' });
  await write(1);
  expect(rows()).toHaveLength(1);
  expect(server.stats().byOperation['stream.reload']).toBe(1);
  expect(slept).toEqual([]);
  server.setFault({ kind: 'gateway', operation: 'stream.write', times: 2 });
  await expect(write(2)).rejects.toMatchObject({ status: 502 });
});

it('a lost answer doubles rows, and that is all it does', async () => {
  const { server, write, rows } = await setupStream();
  server.setFault({ kind: 'drop-after', operation: 'stream.write' });
  await write(1);
  expect(rows()).toHaveLength(2);
  server.setFault({ kind: 'drop-before', operation: 'stream.write' });
  await write(2);
  expect(rows()).toHaveLength(3);
});

it('a session that is gone says so', async () => {
  const { server, write } = await setupStream();
  server.forgetSessions();
  await expect(write(1)).rejects.toMatchObject({ code: 'StreamSessionNotFound' });
});
