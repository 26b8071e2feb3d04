/** The stand-in's own pages, unsigned and from this machine only:
 *
 *  POST /__faults    one fault or an array of them; DELETE clears; GET lists those to come
 *  GET  /__stats     what was asked so far
 *  POST /__sessions  `"expire"` or `"forget"`: what a day and what two days do to all sessions
 *  POST /__slots     a number, or null to keep it: all slots get other addresses
 *  POST /__sql       a statement, as text, all types switched on; answers what it says */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, text } from 'node:stream/consumers';
import { toError } from '../../../shared/errors.ts';
import type { MaxComputeControls } from './controls.ts';

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

export function isAdminRequest({ url = '' }: IncomingMessage): boolean {
  return /^\/__(faults|stats|sessions|slots|sql)$/.test(url);
}

/** What the pages do. */
export interface AdminControls extends MaxComputeControls {
  /** @throws SqlError in the service's words */
  runSql(statement: string): string;
}

async function run(message: IncomingMessage, controls: AdminControls): Promise<[number, unknown]> {
  if (!LOOPBACK.includes(message.socket.remoteAddress ?? '')) return [403, { error: 'only from this machine' }];
  const name = `${message.method} ${message.url}`;
  switch (name) {
    case 'GET /__stats':
      return [200, controls.stats()];
    case 'GET /__faults':
      return [200, controls.pendingFaults()];
    case 'DELETE /__faults':
      controls.clearFaults();
      return [200, []];
    case 'POST /__faults': {
      const orders = (await json(message)) as unknown;
      return [201, (Array.isArray(orders) ? orders : [orders]).map((order) => controls.setFault(order))];
    }
    case 'POST /__sessions': {
      const order = (await json(message)) as unknown;
      if (order !== 'expire' && order !== 'forget') throw new Error('expected "expire" or "forget"');
      if (order === 'expire') controls.expireSessions();
      else controls.forgetSessions();
      return [200, {}];
    }
    case 'POST /__slots': {
      const count = (await json(message)) as unknown;
      controls.moveSlots(typeof count === 'number' ? count : undefined);
      return [200, {}];
    }
    case 'POST /__sql':
      return [200, controls.runSql(await text(message))];
    default:
      return [405, { error: `no ${name}` }];
  }
}

/** Answers an admin request, in JSON. Never throws. */
export async function answerAdmin(
  message: IncomingMessage,
  response: ServerResponse,
  controls: AdminControls,
): Promise<void> {
  const [status, answer] = await run(message, controls).catch((thrown: unknown): [number, unknown] => [
    400,
    { error: toError(thrown).message },
  ]);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer)}\n`);
}
