import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createHttpInvoker } from '../../../functions/dispatcher/invokers/http.ts';
import { systemClock } from '../../../shared/clock.ts';
import { encodeEnvelope, PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { batchOfRecords } from '../../helpers/records.ts';
import { WatchedBuffers } from '../../helpers/watched-buffers.ts';

/** More than the sockets between take in at once. */
const LARGE = batchOfRecords(Array.from({ length: 20 }, (_, offset) => ({ offset, value: 'x'.repeat(1024 * 1024) })));

async function invokerOf(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const buffers = new WatchedBuffers();
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/fn`);
  const userFunction = true;
  const invoker = createHttpInvoker({ url, envelope: PLAIN_ENVELOPE, userFunction, clock: systemClock, buffers });
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await invoker.close();
  });
  const signal = new AbortController().signal;
  return { buffers, invoke: (timeoutMs = 60_000) => invoker.invoke(LARGE, { signal, admission: signal, timeoutMs }) };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe('the body of an HTTP request', () => {
  it('arrives as it was encoded, and is given back once when the answer is there', async () => {
    const bodies: Buffer[] = [];
    const { buffers, invoke } = await invokerOf(async (request, response) => {
      bodies.push(await bodyOf(request));
      expect(buffers.givenBack).toHaveLength(bodies.length - 1);
      response.end();
    });
    for (let calls = 1; calls <= 3; calls++) {
      await expect(invoke()).resolves.toEqual({ all: 'written', count: LARGE.count });
      expect(buffers.givenBack).toHaveLength(calls);
    }
    const expected = encodeEnvelope(LARGE, PLAIN_ENVELOPE);
    expect(bodies.every((body) => body.equals(expected))).toBe(true);
  });

  it('is given back after a failure that was answered', async () => {
    const { buffers, invoke } = await invokerOf(async (request, response) => {
      await bodyOf(request);
      response.writeHead(503).end('later');
    });
    await expect(invoke()).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' });
    expect(buffers.givenBack).toHaveLength(1);
  });

  it('is not given back while it may still be read: answered before it was taken in', async () => {
    const { buffers, invoke } = await invokerOf((_request, response) => {
      response.writeHead(503).end('no need to read that');
    });
    await invoke().catch(() => undefined);
    expect(buffers.taken).toHaveLength(1);
    expect(buffers.givenBack).toHaveLength(0);
  });

  it('is not given back when no answer comes, or only half of one', async () => {
    const silent = await invokerOf(async (request) => void (await bodyOf(request)));
    await expect(silent.invoke(2_000)).rejects.toMatchObject({ code: 'INVOKE_TIMEOUT' });
    expect(silent.buffers.givenBack).toHaveLength(0);
    const cut = await invokerOf(async (request, response) => {
      await bodyOf(request);
      response.writeHead(200, { 'content-length': '100' }).write('{');
      setTimeout(() => response.destroy(), 50);
    });
    await expect(cut.invoke()).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
    expect(cut.buffers.givenBack).toHaveLength(0);
  });
});
