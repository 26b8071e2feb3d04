import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { probeListener } from '../../../shared/kafka/listener-probe.ts';
import { startProxiedKafka } from '../../helpers/proxied-kafka.ts';

/** Answers whatever it is asked with `bytes`, and hangs up. */
async function answering(bytes: Buffer): Promise<{ host: string; port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

describe('answers that a network cuts off', () => {
  it.each([
    ['the first bytes of a length', Buffer.from([0, 0])],
    ['a length alone', Buffer.from([0, 0, 0, 20])],
    ['11 bytes of an answer', Buffer.from([0, 0, 0, 20, 0, 0, 0, 1, 0, 33, 0])],
  ])('are no reason to say that this is no broker: %s', async (_, bytes) => {
    expect(await probeListener(await answering(bytes), {}, systemClock)).toEqual({ kind: 'unknown' });
  });

  it.each([
    ['words', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['an answer to something else', Buffer.from([0, 0, 0, 20, 0, 0, 7, 1, 0, 33, 0])],
  ])('are told from another program: %s', async (_, bytes) => {
    expect(await probeListener(await answering(bytes), {}, systemClock)).toEqual({ kind: 'other' });
  });

  it('are tried again where the broker has answered before, whatever they look like', async () => {
    const { driver, proxy } = await startProxiedKafka();
    const admin = driver.admin();
    onTestFinished(() => admin.close());
    await admin.listTopics();
    proxy.harm = () => Buffer.from('HTTP/1.1 400 Bad Request\r\n');
    proxy.cut();
    const topics = driver.admin();
    onTestFinished(() => topics.close());
    const listed = topics.listTopics();
    const before = proxy.connections;
    await expect.poll(() => proxy.connections, { timeout: 60_000 }).toBeGreaterThan(before + 1);
    proxy.harm = undefined;
    expect(await listed).toEqual([]);
  });
});
