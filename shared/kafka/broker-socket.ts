/** Sockets of broker connections: read straight into the buffers of a frame reader, or left to kafkajs. */
import net from 'node:net';
import tls from 'node:tls';
import type { KafkajsSocketOptions } from 'kafkajs/src/network/connection.js';
import type { Logger } from '../logger.ts';
import type { FrameReader } from './frame-reader.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;

let told = false;

/** Opens what kafkajs asks for. Without `frames` it emits `data`, for kafkajs to frame. Should a socket emit `data` in spite of `frames`
 *  (a Node.js without `onread`), kafkajs frames what it emits: slower and otherwise the same, which is logged once a process. */
export function openBrokerSocket(
  { host, port, ssl, onConnect }: KafkajsSocketOptions,
  frames: FrameReader | undefined,
  logger: Logger,
): net.Socket {
  const read = frames === undefined ? {} : { onread: frames.onread };
  // A variable, since the types of `tls.connect` do not know `onread` (Node has it since 14.18).
  const encrypted = { host, port, ...(net.isIP(host) === 0 ? { servername: host } : {}), ...ssl, ...read };
  const socket = ssl ? tls.connect(encrypted, onConnect) : net.connect({ host, port, ...read }, onConnect);
  if (frames !== undefined) socket.once('data', () => tellOnce(logger));
  socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
  socket.setNoDelay(true);
  return socket;
}

function tellOnce(logger: Logger): void {
  if (told) return;
  told = true;
  logger.warn(
    { fetch: 'kafkajs' },
    'sockets of this Node.js do not read into given buffers; kafkajs reads instead, at more CPU',
  );
}
