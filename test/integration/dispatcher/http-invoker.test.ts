import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpInvoker } from '../../../functions/dispatcher/invokers/http.ts';
import type { Invoker } from '../../../functions/dispatcher/invokers/invoker.ts';
import { systemClock } from '../../../shared/clock.ts';
import { batchOf } from '../../../shared/envelope/block-builder.ts';
import { PLAIN_ENVELOPE } from '../../../shared/envelope/encode.ts';
import { FatalError, FunctionFailure, FunctionTimeout, RetriableError } from '../../../shared/errors.ts';
import { blockAt } from '../../helpers/dispatcher.ts';

type Handler = (request: IncomingMessage, body: string, response: ServerResponse) => void;

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function functionAt(handle: Handler): Promise<{ url: URL; server: Server }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    handle(request, Buffer.concat(chunks).toString(), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUps.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/fn?x=1`), server };
}

function invokerFor(url: URL, userFunction = true, authorization = 'Bearer t0ken'): Invoker {
  const invoker = createHttpInvoker({
    url,
    authorization: () => authorization,
    envelope: PLAIN_ENVELOPE,
    userFunction,
    clock: systemClock,
  });
  cleanUps.push(() => invoker.close());
  return invoker;
}

const BATCH = batchOf(blockAt([4, 5]));

function invoke(invoker: Invoker, timeoutMs = 20_000, signal = new AbortController().signal) {
  return invoker.invoke(BATCH, { signal, admission: signal, timeoutMs });
}

async function reply(status: number, body: string, headers: Record<string, string> = {}, userFunction = true) {
  const { url } = await functionAt((_request, _body, response) => {
    response.writeHead(status, headers).end(body);
  });
  return await invoke(invokerFor(url, userFunction)).catch((error: unknown) => error);
}

describe('the HTTP invoker', () => {
  it('posts the envelope to the path of the URL with the authorization', async () => {
    let seen: unknown;
    const { url } = await functionAt((request, body, response) => {
      const { method, headers } = request;
      seen = {
        method,
        url: request.url,
        type: headers['content-type'],
        auth: headers.authorization,
        body: JSON.parse(body),
      };
      response.end();
    });
    await invoke(invokerFor(url));
    expect(seen).toEqual({
      method: 'POST',
      url: '/fn?x=1',
      type: 'application/json; charset=utf-8',
      auth: 'Bearer t0ken',
      body: [4, 5].map((offset) => ({
        key: `k${offset}`,
        offset,
        overflowFlag: false,
        partition: 0,
        timestamp: 1_700_000_000_000 + offset,
        topic: 'orders',
        value: `v${offset}`,
        valueSize: 2,
      })),
    });
  });

  it('takes any 2xx of a user function for all written', async () => {
    expect(await reply(200, 'thanks')).toEqual({ all: 'written', count: 2 });
    expect(await reply(204, '')).toEqual({ all: 'written', count: 2 });
    expect(await reply(200, '{"version":"mine"}')).toEqual({ all: 'written', count: 2 });
  });

  it('hands on outcomes', async () => {
    const outcomes = [{ topic: 'orders', partition: 0, offset: 4, status: 'retry', code: 'BUSY' }];
    expect(await reply(200, JSON.stringify({ version: 1, outcomes }))).toMatchObject({ outcomes });
  });

  it('takes a 2xx with an error type for a failure of the function', async () => {
    const error = await reply(200, '{"errorMessage":"boom"}', { 'X-Fc-Error-Type': 'UnhandledInvocationError' });
    expect(error).toBeInstanceOf(FunctionFailure);
    expect((error as Error).message).toContain('UnhandledInvocationError');
    expect((error as Error).message).not.toContain('boom');
  });

  it('takes HTTP 500 for a failure of the function, and of nothing else', async () => {
    expect(await reply(500, 'Traceback')).toBeInstanceOf(FunctionFailure);
  });

  it.each([429, 502, 503, 504, 408])('takes HTTP %i for an unavailable target', async (status) => {
    const error = await reply(status, '', { 'retry-after': '7' });
    expect(error).toBeInstanceOf(RetriableError);
    expect(error).not.toBeInstanceOf(FunctionFailure);
    expect(error).toMatchObject({ retryAfterMs: 7_000 });
  });

  it.each([400, 401, 403, 404, 413, 301, 501])(
    'takes HTTP %i for fatal, and shows nothing of the body',
    async (status) => {
      const error = await reply(status, 'no such function');
      expect(error).toMatchObject({
        code: 'FUNCTION_REFUSED',
        message: expect.not.stringContaining('no such function'),
      });
    },
  );

  it('takes a fatal answer for fatal', async () => {
    expect(await reply(200, '{"version":1,"fatal":{"code":"OSS_BUCKET_MISSING","message":"gone"}}')).toMatchObject({
      code: 'OSS_BUCKET_MISSING',
    });
  });

  it('takes an answer without outcomes from a sink of ours for a protocol breach', async () => {
    expect(await reply(200, 'ok', {}, false)).toMatchObject({ code: 'ANSWER_INVALID' });
    expect(await reply(200, 'ok', {}, false)).toBeInstanceOf(FatalError);
  });

  it('takes a malformed answer of our shape for a protocol breach', async () => {
    expect(await reply(200, '{"version":2,"all":"written","count":2}')).toMatchObject({ code: 'ANSWER_INVALID' });
  });

  it('takes a refused connection for an unreachable target', async () => {
    const { url, server } = await functionAt(() => undefined);
    await new Promise((resolve) => server.close(resolve));
    expect(await invoke(invokerFor(url)).catch((error: unknown) => error)).toMatchObject({
      code: 'TARGET_UNREACHABLE',
    });
  });

  it('takes a connection cut in the middle of the answer for an unreachable target', async () => {
    const { url } = await functionAt((_request, _body, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect(await invoke(invokerFor(url)).catch((error: unknown) => error)).toMatchObject({
      code: 'TARGET_UNREACHABLE',
    });
  });

  it('ends a call that takes longer than its time: a failure of a user function, and of nothing else', async () => {
    const { url } = await functionAt(() => undefined);
    const ofUser = await invoke(invokerFor(url), 200).catch((error: unknown) => error);
    expect(ofUser).toMatchObject({ code: 'INVOKE_TIMEOUT' });
    expect(ofUser).toBeInstanceOf(FunctionTimeout);
    const ofOurs = await invoke(invokerFor(url, false), 200).catch((error: unknown) => error);
    expect(ofOurs).toMatchObject({ code: 'INVOKE_TIMEOUT' });
    expect(ofOurs).not.toBeInstanceOf(FunctionFailure);
  });

  it('blames nobody for a time that was over before the request was sent', async () => {
    // A server that never says a word: no TLS comes about.
    const silent = createTcpServer((socket) => {
      cleanUps.push(() => void socket.destroy());
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => void silent.close());
    const invoker = invokerFor(new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/fn`));
    const error = await invoke(invoker, 200).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'INVOKE_TIMEOUT' });
    expect(error).not.toBeInstanceOf(FunctionFailure);
  });

  it('says how long the envelope is', async () => {
    let seen: IncomingMessage['headers'] = {};
    let length = 0;
    const { url } = await functionAt((request, body, response) => {
      seen = request.headers;
      length = Buffer.byteLength(body);
      response.end();
    });
    await invoke(invokerFor(url));
    expect(seen['content-length']).toBe(String(length));
    expect(seen).not.toHaveProperty('transfer-encoding');
  });

  it('ends a call that nobody waits for', async () => {
    const caller = new AbortController();
    const { url } = await functionAt(() => caller.abort(new Error('nobody waits')));
    const result = invoke(invokerFor(url), 20_000, caller.signal).catch((error: unknown) => error);
    expect(await result).toMatchObject({ message: 'nobody waits' });
  });

  it('closes without waiting for a connection that nobody waits for any more', async () => {
    const silent = createTcpServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    cleanUps.push(() => void silent.close());
    // It never answers the handshake.
    const invoker = invokerFor(new URL(`https://127.0.0.1:${(silent.address() as AddressInfo).port}/fn`));
    expect(await invoke(invoker, 50).catch((error: unknown) => error)).toMatchObject({ code: 'INVOKE_TIMEOUT' });
    await expect(Promise.race([invoker.close(), systemClock.sleep(5_000).then(() => 'late')])).resolves.not.toBe(
      'late',
    );
  });

  it('fails the task where what it was given makes no request, and shows no secret', async () => {
    const { url } = await functionAt(() => undefined);
    const error = await invoke(invokerFor(url, true, 'Bearer t0ken\nx')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(FatalError);
    expect(error).toMatchObject({ code: 'REQUEST_INVALID', mayHeal: true });
    expect((error as Error).message).not.toContain('t0ken');
  });

  it('refuses an answer past its limit', async () => {
    const { url } = await functionAt((_request, _body, response) => {
      response.end(Buffer.alloc(17 * 1024 * 1024));
    });
    expect(await invoke(invokerFor(url)).catch((error: unknown) => error)).toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });
});
