/** Bounds on what one caller can make a worker hold or wait for. */
import { type ServerOptions, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { plainError } from './errors.ts';

export interface RestLimits {
  /** Of a request's body. */
  readonly bodyBytes: number;
  /** Of all headers of a request together, its first line included. */
  readonly headerBytes: number;
  /** For a whole request to arrive. */
  readonly requestMs: number;
  /** For an answer, after which it is 503. Kafka Connect waits as long. */
  readonly answerMs: number;
  /** How long an idle connection is kept. */
  readonly idleMs: number;
  /** Of one listener at a time; those beyond are closed at once. Nobody needs to sign in to open them, and each takes a descriptor that
   *  connections to Kafka need, too. */
  readonly connections: number;
}

export const DEFAULT_LIMITS: RestLimits = {
  bodyBytes: 1_048_576,
  headerBytes: 16_384,
  requestMs: 30_000,
  answerMs: 90_000,
  idleMs: 60_000,
  connections: 1_000,
};

/** Options of the server that the app is put behind. */
export function serverOptions(limits: RestLimits): ServerOptions {
  return {
    maxHeaderSize: limits.headerBytes,
    requestTimeout: limits.requestMs,
    headersTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
  };
}

const STATUS_OF: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };

/** Listener of a server's `clientError`: what is no HTTP at all is answered in the form of the other errors, and its connection closed.
 *  Source: https://nodejs.org/docs/latest-v20.x/api/http.html#event-clienterror */
export function answerClientError({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF[code ?? ''] ?? 400;
  const body = JSON.stringify(plainError(status));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
