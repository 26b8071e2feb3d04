import type OSS from 'ali-oss';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clientOf, type Started, start } from './fixture.ts';

let started: Started;
let client: OSS;
beforeEach(async () => {
  started = await start();
  client = clientOf(started.oss);
});
afterEach(() => started.stop());

const put = (key: string) => client.put(key, Buffer.from(key));
const exists = (key: string) =>
  client.head(key).then(
    () => true,
    () => false,
  );

it('answers with the status and code that were ordered, that many times', async () => {
  started.oss.setFault({
    kind: 'status',
    status: 503,
    code: 'SlowDown',
    times: 2,
    method: 'PUT',
    retryAfterSeconds: 7,
  });
  expect(await exists('k')).toBe(false);
  for (let i = 0; i < 2; i++) {
    await expect(put('k')).rejects.toMatchObject({ status: 503, code: 'SlowDown' });
  }
  await put('k');
  expect(await exists('k')).toBe(true);
  expect(started.oss.stats()).toMatchObject({ faults: 2, byErrorCode: { SlowDown: 2 }, byMethod: { PUT: 3 } });
});

it('drops the connection before the write', async () => {
  started.oss.setFault({ kind: 'drop-before-write', keyPrefix: 'a/' });
  await expect(put('a/1')).rejects.toMatchObject({ status: -1 });
  expect(await exists('a/1')).toBe(false);
  await put('a/1');
});

it('drops the connection after the write: the reply is lost', async () => {
  started.oss.setFault({ kind: 'drop-after-write', method: 'PUT' });
  await expect(put('k')).rejects.toMatchObject({ status: -1 });
  expect(await exists('k')).toBe(true);
});

it('drops a read without keeping its file open', async () => {
  await put('k');
  started.oss.setFault({ kind: 'drop-after-write', method: 'GET' });
  await expect(client.get('k')).rejects.toMatchObject({ status: -1 });
  expect((await client.get('k')).content.toString()).toBe('k');
});

it('delays before the write', async () => {
  started.oss.setFault({ kind: 'delay-before-write', delayMs: 300, method: 'PUT' });
  const startedAt = performance.now();
  const answer = put('k');
  await expect.poll(() => started.oss.stats().faults, { timeout: 10_000, interval: 5 }).toBe(1);
  await answer;
  expect(performance.now() - startedAt).toBeGreaterThan(290);
  expect(await exists('k')).toBe(true);
});

it('writes nothing when the client gives up before the delayed write', async () => {
  started.oss.setFault({ kind: 'delay-before-write', delayMs: 1000, method: 'PUT' });
  await expect(client.put('k', Buffer.from('x'), { timeout: 100 })).rejects.toMatchObject({
    name: 'ResponseTimeoutError',
  });
  await expect.poll(() => started.oss.stats().byStatus, { timeout: 30_000 }).toEqual({ 0: 1 });
  expect(await exists('k')).toBe(false);
});

it('delays after the write: the client gives up, the object is there', async () => {
  started.oss.setFault({ kind: 'delay-after-write', delayMs: 600_000, method: 'PUT' });
  const answer = put('k').catch((thrown: unknown) => thrown);
  await expect.poll(() => exists('k'), { timeout: 10_000 }).toBe(true);
  await started.oss.close();
  expect(await answer).toMatchObject({ status: -1 });
});

it('hangs until the client gives up', async () => {
  started.oss.setFault({ kind: 'hang' });
  await expect(client.put('k', Buffer.from('x'), { timeout: 200 })).rejects.toMatchObject({
    name: 'ResponseTimeoutError',
  });
  expect(await exists('k')).toBe(false);
});

it('takes an object of the same name for an object', async () => {
  await put('__faults');
  expect((await client.get('__faults')).content.toString()).toBe('__faults');
});

it('forgets faults when told', async () => {
  started.oss.setFault({ kind: 'hang', times: 100 });
  started.oss.clearFaults();
  await put('k');
});

it('takes orders and tells counts over HTTP, unsigned', async () => {
  const page = (name: string, init: RequestInit = {}) => fetch(`${started.oss.endpoint}/__${name}`, init);
  const order = { kind: 'status', status: 429, code: 'QpsLimitExceeded', times: 3 };
  expect((await page('faults', { method: 'POST', body: JSON.stringify([order, { kind: 'hang' }]) })).status).toBe(201);
  await expect(put('k')).rejects.toMatchObject({ status: 429, code: 'QpsLimitExceeded' });
  expect(await (await page('faults')).json()).toMatchObject([
    { ...order, left: 2 },
    { kind: 'hang', left: 1 },
  ]);
  expect((await page('faults', { method: 'DELETE' })).status).toBe(200);
  await put('k');
  expect(await (await page('stats')).json()).toEqual({
    requests: 2,
    byMethod: { PUT: 2 },
    byStatus: { 200: 1, 429: 1 },
    byErrorCode: { QpsLimitExceeded: 1 },
    faults: 1,
  });
  const wrong = await page('faults', { method: 'POST', body: '{"kind":"explode"}' });
  expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: expect.stringContaining('not a fault') }]);
  expect((await page('faults', { method: 'POST', body: '{' })).status).toBe(400);
  expect((await page('stats', { method: 'POST', body: '{}' })).status).toBe(405);
});
