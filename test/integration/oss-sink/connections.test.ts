/** Connections to the service, counted where they arrive. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Exchange, Transport } from '../../../functions/oss-sink/exchange.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const BODY = Buffer.alloc(2 * 1024 * 1024, 'a');

/** A server that answers when it is told to. */
const waiting: ServerResponse[] = [];
let connections = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => waiting.push(response));
});
server.on('connection', () => connections++);

let endpoint = '';
let transport: Transport;

beforeEach(async () => {
  connections = 0;
  transport = new Transport();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function put(signal = new AbortController().signal) {
  const ctx: Exchange = { signal };
  return transport.request(endpoint, { method: 'PUT', headers: {}, content: BODY, ctx });
}

/** So many puts at one time, all of which are with the server before it answers the first. */
async function burst(requests: number): Promise<void> {
  const puts = Array.from({ length: requests }, () => put());
  await waitFor(() => waiting.length === requests, { what: `${requests} requests at the server` });
  for (const response of waiting.splice(0)) response.end();
  expect((await Promise.all(puts)).map(({ status }) => status)).toEqual(puts.map(() => 200));
}

describe('connections', () => {
  it('are as many as requests are under way at one time, and are used again', async () => {
    for (const requests of [1, 4, 1, 4, 3]) await burst(requests);
    expect(connections).toBe(4);
    await burst(9);
    expect(connections).toBe(9);
    for (let i = 0; i < 20; i++) await burst(1);
    expect(connections).toBe(9);
  });

  it('are given up with the request that was aborted on them, and with no other', async () => {
    await burst(2);
    const abort = new AbortController();
    const [aborted, other] = [put(abort.signal), put()];
    await waitFor(() => waiting.length === 2, { what: 'both requests at the server' });
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'RequestError' });
    for (const response of waiting.splice(0)) response.end();
    expect(await other).toMatchObject({ status: 200 });
    for (let i = 0; i < 5; i++) await burst(2);
    // One in place of the lost one, and one while that was being closed.
    expect(connections).toBeGreaterThan(2);
    expect(connections).toBeLessThanOrEqual(4);
  });
});
