/** A program: answers as OSS does, as far as the sink needs it, and as a function that takes everything; keeps nothing. It costs little itself:
 *  bodies are counted and not looked at, so the ETag of an object is the MD5 that came with it. Tells its parent the port, then obeys it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the parent says. */
export type TargetOrder =
  | { readonly order: 'answer'; readonly afterMs: number }
  | { readonly order: 'never-answer' }
  | { readonly order: 'count' };

/** What `count` is answered with: everything since the last `count`. */
export interface TargetCounts {
  readonly requests: number;
  readonly bodyBytes: number;
}

const FROM_OSS = { 'x-oss-request-id': '0123456789ABCDEF01234567' };
const FROM_FC = { 'x-fc-request-id': '1-0123456789ABCDEF01234567' };

let afterMs: number | undefined = 0;
let requests = 0;
let bodyBytes = 0;

function answer({ method, headers }: IncomingMessage, response: ServerResponse): void {
  switch (method) {
    case 'HEAD':
      response.writeHead(404, { ...FROM_OSS, 'x-oss-error-code': 'NoSuchKey' }).end();
      return;
    case 'GET':
      response.writeHead(200, { ...FROM_OSS, 'content-type': 'application/xml' }).end('<VersioningConfiguration/>');
      return;
    default: {
      // Of a function an empty 200 means that all is written.
      const md5 = headers['content-md5'];
      const etag =
        md5 === undefined ? {} : { etag: `"${Buffer.from(String(md5), 'base64').toString('hex').toUpperCase()}"` };
      const who = method === 'POST' ? FROM_FC : FROM_OSS;
      response.writeHead(200, { ...who, ...etag, 'content-length': '0' }).end();
    }
  }
}

const server = createServer((request, response) => {
  request.on('data', (bytes: Buffer) => (bodyBytes += bytes.length));
  request.on('end', () => {
    requests++;
    const late = request.method === 'PUT' || request.method === 'POST' ? afterMs : 0;
    if (late === 0) answer(request, response);
    else if (late !== undefined) setTimeout(answer, late, request, response);
  });
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

process.on('message', (message: TargetOrder) => {
  if (message.order === 'count') {
    process.send?.({ requests, bodyBytes } satisfies TargetCounts);
    requests = 0;
    bodyBytes = 0;
  } else afterMs = message.order === 'answer' ? message.afterMs : undefined;
});
process.on('disconnect', () => process.exit());
