/** Bodies that something on the way changes. */

import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { batchOfRecords } from '../../helpers/records.ts';
import { type OssSetup, setupOss, writeContext } from './oss-setup.ts';

const SENT = 'the value as it was sent';
const ARRIVED = 'the value as it arrived!';
const BATCH = batchOfRecords([0, { offset: 1, value: SENT }, 2]);
const WRITTEN = { all: 'written', count: 3 };
const DIFFERS = { name: 'FatalError', code: 'OSS_OBJECT_DIFFERS' };

let oss: OssSetup;
let way: Server;
let damaging: boolean;
let endpoint: string;

beforeEach(async () => {
  oss = await setupOss();
  damaging = true;
  const { port } = new URL(oss.server.endpoint);
  way = createServer((client) => {
    const service = connect(Number(port), '127.0.0.1');
    client.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      service.write(damaging ? text.replace(SENT, ARRIVED) : text, 'latin1');
    });
    service.pipe(client);
    for (const [one, other] of [
      [client, service],
      [service, client],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => way.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(way.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await oss.close();
  await new Promise((resolve) => way.close(resolve));
});

const write = (raw: Record<string, unknown> = {}) =>
  oss.writer({ 'oss.endpoint': endpoint, ...raw }).write(BATCH, writeContext());

describe('an object that is damaged on its way', () => {
  it('is refused by the service over plain http, and written when it comes whole', async () => {
    await expect(write()).rejects.toMatchObject({ name: 'RetriableError', code: 'OSS_CONTENT_DAMAGED' });
    expect(await oss.objects()).toEqual([]);
    damaging = false;
    expect(await write()).toEqual(WRITTEN);
  });

  it('makes its claim check be refused likewise', async () => {
    const store = oss.claimChecks('overflow/', 60_000, endpoint);
    const storing = store.store({ topic: 'orders', partition: 0 }, 1, Buffer.from(SENT), new AbortController().signal);
    await expect(storing).rejects.toMatchObject({ code: 'OSS_CONTENT_DAMAGED' });
  });

  it('with no check is stored, and does not count as written when its batch comes again', async () => {
    expect(await write({ 'oss.upload.check': 'none' })).toEqual(WRITTEN);
    const [object] = await oss.objects();
    expect(object?.body.toString()).toContain(ARRIVED);
    damaging = false;
    for (const check of ['none', 'md5'])
      await expect(write({ 'oss.upload.check': check })).rejects.toMatchObject(DIFFERS);
    expect((await oss.objects())[0]?.body).toEqual(object?.body);
  });
});
