import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import { startTcpProxy, type TcpProxy } from '../../fault/runner/tcp-proxy.ts';
import { waitFor } from '../../helpers/wait-for.ts';

/** What a client saw of a connection. */
interface Seen {
  readonly socket: Socket;
  text: string;
  closed: boolean;
}

let proxy: TcpProxy;
/** What the server received, over all connections. */
let received: string;

/** A server that answers whatever it is sent with the same in capitals. */
beforeEach(async () => {
  const [port = 0, proxyPort = 0] = await freePorts(2);
  received = '';
  const server: Server = createServer((socket) => {
    socket
      .on('error', () => undefined)
      .on('data', (bytes) => {
        received += bytes.toString();
        socket.write(bytes.toString().toUpperCase());
      });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startTcpProxy(proxyPort, port);
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
});

function client(): Seen {
  const socket = connect(proxy.port, '127.0.0.1');
  const seen: Seen = { socket, text: '', closed: false };
  socket
    .on('error', () => undefined)
    .on('data', (bytes) => {
      seen.text += bytes.toString();
    })
    .on('close', () => {
      seen.closed = true;
    });
  onTestFinished(() => void socket.destroy());
  return seen;
}

/** A connection that has carried one answer. */
async function open(): Promise<Seen> {
  const seen = client();
  seen.socket.write('hello');
  await waitFor(() => seen.text === 'HELLO', { what: 'the first answer' });
  return seen;
}

describe('the proxy of the fault runner', () => {
  it('carries bytes both ways, and ends with either side', async () => {
    const seen = await open();
    seen.socket.write('more');
    await waitFor(() => seen.text === 'HELLOMORE', { what: 'the second answer' });
    proxy.cut();
    await waitFor(() => seen.closed, { what: 'the cut' });
    await open();
  });

  it('delays answers and keeps their order', async () => {
    const seen = await open();
    proxy.fault = { kind: 'latency', ms: 300 };
    const from = performance.now();
    seen.socket.write('a');
    await waitFor(() => seen.text === 'HELLOA', { what: 'the late answer' });
    expect(performance.now() - from).toBeGreaterThan(290);
    seen.socket.write('b');
    await waitFor(() => received === 'helloab', { what: 'the request' });
    proxy.fault = undefined;
    seen.socket.write('c');
    await waitFor(() => seen.text === 'HELLOABC', { what: 'all answers' });
  });

  it('refuses', async () => {
    const before = await open();
    proxy.fault = { kind: 'refuse' };
    await waitFor(() => before.closed, { what: 'the end of the open connection' });
    const seen = client();
    await waitFor(() => seen.closed, { what: 'the refusal' });
    proxy.fault = undefined;
    await open();
  });

  it('is half-open: connections stand, nothing arrives, and lifting it ends them', async () => {
    const before = await open();
    proxy.fault = { kind: 'silent' };
    const seen = client();
    seen.socket.write('lost');
    before.socket.write('lost');
    await once(seen.socket, 'connect');
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect([received, before.text, before.closed, seen.closed]).toEqual(['hello', 'HELLO', false, false]);
    proxy.fault = undefined;
    await waitFor(() => before.closed && seen.closed, { what: 'both to end' });
    await open();
  });

  it('swallows answers to requests that arrive', async () => {
    const seen = await open();
    proxy.fault = { kind: 'no-answers' };
    seen.socket.write('heard');
    await waitFor(() => received === 'helloheard', { what: 'the request' });
    expect(seen.text).toBe('HELLO');
    proxy.fault = undefined;
    await waitFor(() => seen.closed, { what: 'the end' });
  });

  it('ends answers in the middle', async () => {
    const seen = await open();
    proxy.fault = { kind: 'truncate', bytes: 2 };
    seen.socket.write('half');
    await waitFor(() => seen.closed, { what: 'the end' });
    expect(seen.text).toBe('HELLOHA');
  });
});
