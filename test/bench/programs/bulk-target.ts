/** A program: answers `_bulk` as Elasticsearch does when all goes well, and keeps nothing, so that the CPU of who sends is measured and not the pace of
 *  a server. Tells its parent the port, then, asked, how many documents came since it was asked before. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

const LINE_FEED = 0x0a;
const FROM_ELASTICSEARCH = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
const ROOT = JSON.stringify({
  version: { number: '8.19.21', build_flavor: 'default' },
  tagline: 'You Know, for Search',
});

let documents = 0;

/** The items for what every other line of a body asks for. */
function itemsFor(body: Buffer): string {
  const items: string[] = [];
  for (let at = 0; at < body.length; ) {
    const end = body.indexOf(LINE_FEED, at);
    // `{"index":{…}}`
    items.push(`${body.toString('utf8', at, end - 2)},"_version":1,"result":"created","status":201}}`);
    at = body.indexOf(LINE_FEED, end + 1) + 1;
  }
  documents += items.length;
  return `{"took":1,"errors":false,"items":[${items.join()}]}`;
}

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  const path = request.url?.split('?')[0] ?? '/';
  const isBulk = request.method === 'POST' && path.endsWith('/_bulk');
  const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
  response.writeHead(200, FROM_ELASTICSEARCH).end(isBulk ? itemsFor(plain) : path === '/' ? ROOT : '{}');
}

const server = createServer((request, response) => {
  const pieces: Buffer[] = [];
  request.on('data', (bytes: Buffer) => pieces.push(bytes));
  request.on('end', () => answer(request, response, Buffer.concat(pieces)));
});
server.requestTimeout = 0;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));

process.on('message', () => {
  process.send?.(documents);
  documents = 0;
});
process.on('disconnect', () => process.exit());
