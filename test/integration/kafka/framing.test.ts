/** Answers that are none, on both ways of reading. Needs no Kafka. */
import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { BrokerConnection } from '../../../shared/kafka/broker-connection.ts';
import { openBrokerSocket } from '../../../shared/kafka/broker-socket.ts';
import type { FetchWay } from '../../../shared/kafka/driver.ts';
import { FrameReader } from '../../../shared/kafka/frame-reader.ts';
import { type Logger, silentLogger } from '../../../shared/logger.ts';

/** A server that answers whatever it is sent with `answer`. */
async function serverSaying(answer: Buffer): Promise<number> {
  const server = net.createServer((socket) =>
    socket.on('error', () => undefined).once('data', () => socket.write(answer)),
  );
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as net.AddressInfo).port;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

describe.each<FetchWay>(['fast', 'kafkajs'])('a connection that reads the way %s', (fetch) => {
  it.each([
    ['of no bytes', int32(0)],
    ['of fewer bytes than its number takes', Buffer.concat([int32(2), Buffer.alloc(2)])],
    ['of a negative length', int32(-1)],
    ['of another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
  ])('is closed by an answer %s, and the process lives', async (_, answer) => {
    const port = await serverSaying(answer);
    const options = { bootstrapServers: [`127.0.0.1:${port}`], clientId: 'tests', fetch };
    const opening = BrokerConnection.open({ host: '127.0.0.1', port }, options, {
      logger: silentLogger,
      clock: systemClock,
    });
    await expect(opening).rejects.toMatchObject({ code: 'KAFKA_NOT_A_BROKER' });
  });
});

it('a socket that emits what it should have read into a buffer is read all the same, and that is said once', async () => {
  const port = await serverSaying(Buffer.from('answer'));
  const warnings: object[] = [];
  const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) } as Logger;
  for (let i = 0; i < 2; i++) {
    const reader = new FrameReader(
      () => undefined,
      () => undefined,
    );
    // What a Node.js does that does not know the option.
    Object.defineProperty(reader, 'onread', { value: undefined });
    const asked = { host: '127.0.0.1', port, ssl: null, onConnect: () => void socket.write('question') };
    const socket = openBrokerSocket(asked, reader, logger);
    onTestFinished(() => void socket.destroy());
    expect(String((await once(socket, 'data'))[0])).toBe('answer');
  }
  expect(warnings).toHaveLength(1);
});
