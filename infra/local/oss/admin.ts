/** The stand-in's own pages, unsigned and from this machine only: `/__faults` and `/__stats`.
 *
 *  POST /__faults  one fault or an array of them; DELETE clears; GET lists those to come
 *  GET  /__stats   what was asked so far */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { toError } from '../../../shared/errors.ts';
import type { Faults } from './faults.ts';
import type { Stats } from './stats.ts';

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];
const MAX_ORDER_BYTES = 1024 * 1024;

/** Bucket names never begin with `_`; in virtual-host style the same path is an object, so the host must be a plain one. */
export function isAdminRequest({ url = '', headers }: IncomingMessage): boolean {
  return /^\/__(faults|stats)$/.test(url) && /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '');
}

async function readJson(message: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += chunk.length;
    if (size > MAX_ORDER_BYTES) throw new Error(`the order has more than ${MAX_ORDER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function run(message: IncomingMessage, faults: Faults, stats: Stats): Promise<[number, unknown]> {
  if (!LOOPBACK.includes(message.socket.remoteAddress ?? '')) return [403, { error: 'only from this machine' }];
  const name = `${message.method} ${message.url}`;
  switch (name) {
    case 'GET /__stats':
      return [200, stats.snapshot()];
    case 'GET /__faults':
      return [200, faults.pending()];
    case 'DELETE /__faults':
      faults.clear();
      return [200, []];
    case 'POST /__faults': {
      const orders = await readJson(message);
      return [201, (Array.isArray(orders) ? orders : [orders]).map((order) => faults.add(order))];
    }
    default:
      return [405, { error: `no ${name}` }];
  }
}

/** Answers an admin request, in JSON. Never throws. */
export async function answerAdmin(
  message: IncomingMessage,
  response: ServerResponse,
  faults: Faults,
  stats: Stats,
): Promise<void> {
  const [status, answer] = await run(message, faults, stats).catch((thrown: unknown) => [
    400,
    { error: toError(thrown).message },
  ]);
  response.writeHead(Number(status), { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer)}\n`);
}
