import { expect, it } from 'vitest';
import { codeOf, rowsOf, tableForTest } from './fixture.ts';
import { jsonOf } from './raw-client.ts';

it('refuses as it was told, that many times, with a time to hold', async () => {
  const t = await tableForTest();
  t.server.setFault({
    kind: 'status',
    status: 429,
    code: 'FlowExceeded',
    operation: 'upload.create',
    holdClientMs: 250,
    times: 2,
  });
  for (let time = 0; time < 2; time++) {
    const refused = await t.send('POST', { uploads: 1, partition: 'pt=a' });
    expect([codeOf(refused), jsonOf(refused)['HoldClientMillis']]).toEqual(['429 FlowExceeded', 250]);
  }
  await t.create();
  expect(t.server.stats()).toMatchObject({
    faults: 2,
    byErrorCode: { FlowExceeded: 2 },
    byOperation: { 'upload.create': 1 },
  });
});

it('answers once as a gateway does', async () => {
  const t = await tableForTest();
  t.server.setFault({ kind: 'gateway', operation: 'upload.create' });
  const answer = await t.send('POST', { uploads: 1, partition: 'pt=a' });
  expect([answer.status, answer.headers['content-type']]).toEqual([502, 'text/html']);
  await t.create();
});

it('loses the request, or the answer', async () => {
  const t = await tableForTest();
  const id = await t.create();
  t.server.setFault({ kind: 'drop-before', operation: 'upload.block' });
  await expect(t.put(id, 0, rowsOf(1))).rejects.toThrow();
  expect(jsonOf(await t.reload(id))['UploadedBlockList']).toEqual([]);
  t.server.setFault({ kind: 'drop-after', operation: 'upload.block' });
  await expect(t.put(id, 0, rowsOf(1))).rejects.toThrow();
  expect(jsonOf(await t.reload(id))['UploadedBlockList']).toMatchObject([{ BlockID: 0 }]);
  t.server.setFault({ kind: 'drop-after', operation: 'upload.commit' });
  await expect(t.commit(id)).rejects.toThrow();
  expect(codeOf(await t.commit(id))).toBe('409 StatusConflict');
  expect(jsonOf(await t.reload(id))['Status']).toBe('closed');
  expect(t.ids()).toEqual(['1']);
});

it('delays, and hangs until it is closed', async () => {
  const t = await tableForTest();
  t.server.setFault({ kind: 'delay-after', delayMs: 600_000, operation: 'upload.create' });
  t.server.setFault({ kind: 'hang', operation: 'sql.submit' });
  const answers = Promise.allSettled([t.create(), t.send('GET', { partition: 'pt=a', uploadid: 'none' })]);
  await expect.poll(() => t.server.stats().byOperation['upload.create']).toBe(1);
  await t.server.close();
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});

it('holds a request back until the faults are cleared', async () => {
  const t = await tableForTest();
  const id = await t.create();
  await t.put(id, 0, rowsOf(1));
  t.server.setFault({ kind: 'hold', operation: 'upload.commit' });
  const answer = t.commit(id);
  await expect.poll(() => t.server.pendingFaults()).toEqual([]);
  expect(jsonOf(await t.reload(id))['Status']).toBe('normal');
  t.server.clearFaults();
  expect((await answer).status).toBe(200);
  expect(t.ids()).toEqual(['1']);
});

it('ends sessions, and changes keys, when told', async () => {
  const t = await tableForTest();
  const id = await t.create();
  t.server.expireSessions();
  expect(codeOf(await t.put(id, 0, rowsOf(1)))).toBe('409 StatusConflict');
  expect(jsonOf(await t.reload(id))['Status']).toBe('expired');
  t.server.forgetSessions();
  expect(codeOf(await t.reload(id))).toBe('404 NoSuchUpload');
  t.server.setCredentials([]);
  expect(codeOf(await t.reload(id))).toBe('401 Unauthorized');
});

it('takes orders over HTTP, unsigned', async () => {
  const t = await tableForTest();
  const page = (name: string, init: RequestInit = {}) => fetch(`${t.server.tunnelEndpoint}/__${name}`, init);
  const post = (name: string, body: unknown) => page(name, { method: 'POST', body: JSON.stringify(body) });
  const id = await t.create();
  expect((await post('faults', [{ kind: 'hang', operation: 'upload.commit', times: 2 }])).status).toBe(201);
  expect(await (await page('faults')).json()).toMatchObject([{ kind: 'hang', left: 2 }]);
  expect((await page('faults', { method: 'DELETE' })).status).toBe(200);
  expect((await post('slots', 5)).status).toBe(200);
  expect(jsonOf(await t.send('POST', { partition: 'pt=a' }, {}, '/streams'))['slots']).toHaveLength(5);
  expect((await post('sessions', 'forget')).status).toBe(200);
  expect(codeOf(await t.reload(id))).toBe('404 NoSuchUpload');
  expect(await (await page('stats')).json()).toMatchObject({ byErrorCode: { NoSuchUpload: 1 } });
  expect((await post('sessions', 'explode')).status).toBe(400);
  expect((await post('faults', { kind: 'explode' })).status).toBe(400);
  expect((await post('stats', {})).status).toBe(405);
});
