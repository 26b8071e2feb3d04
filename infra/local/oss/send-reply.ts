/** Puts a reply on the wire, with the headers that every answer of the service carries. */
import { createReadStream, type ReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type FileBody, type Reply, releaseBody } from './reply.ts';
import { httpTime } from './request-time.ts';

/** What the headers of every answer tell. */
export interface ReplyContext {
  readonly requestId: string;
  /** Epoch ms when the request came in, and now. */
  readonly startedAt: number;
  readonly now: number;
}

function fileStream({ fd, start, end }: FileBody): ReadStream {
  return createReadStream('', { fd, start, end: end - 1, highWaterMark: 256 * 1024 });
}

/** Resolves when everything was handed to the socket.
 *  @throws Error when the client went away, or the body on disk is shorter than it was */
export async function sendReply(response: ServerResponse, reply: Reply, context: ReplyContext): Promise<void> {
  response.sendDate = false;
  response.writeHead(reply.status, {
    server: 'AliyunOSS',
    date: httpTime(context.now),
    'x-oss-request-id': context.requestId,
    'x-oss-server-time': String(Math.max(0, context.now - context.startedAt)),
    ...reply.headers,
  });
  const { body } = reply;
  if (body === undefined || Buffer.isBuffer(body)) {
    await new Promise<void>((resolve) => response.end(body, () => resolve()));
  } else if (body.end > body.start) {
    await pipeline(fileStream(body), response);
  } else {
    releaseBody(reply);
    response.end();
  }
}
