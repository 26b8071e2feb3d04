/** The stand-in's own pages, unsigned and from this machine only:
 *
 *  POST   /__fc/faults                      one fault or an array of them; DELETE clears; GET lists those to come
 *  PUT    /__fc/functions                   a function as `FcFunction` says, or an array of them: adds or replaces; GET lists them
 *  POST   /__fc/functions/NAME/invocations  the body is the event: runs it and answers as the service does, with the log tail
 *  GET    /__fc/functions/NAME/invocations  what ran
 *  DELETE /__fc/functions/NAME/instances    kills its processes */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { toError } from '../../../shared/errors.ts';
import { errorBody, FcError } from './errors.ts';
import { MAX_SYNC_BYTES, replyOf } from './invoke-operation.ts';
import { jsonReply, type Reply } from './reply.ts';
import { readBody } from './request.ts';
import { newRequestId } from './request-id.ts';
import type { FcService } from './service.ts';

const LOOPBACK = ['127.0.0.1', '::1', '::ffff:127.0.0.1'];

export function isAdminRequest({ url = '' }: IncomingMessage): boolean {
  return url.startsWith('/__fc/');
}

/** What the pages do besides what the service does. */
export interface AdminControls {
  /** @throws Error naming everything that is wrong with it */
  setFunction(order: unknown): void;
}

const listOf = (order: unknown): unknown[] => (Array.isArray(order) ? order : [order]);

function listed({ registry }: FcService): object[] {
  // Without what may be secret.
  return registry.all().map(({ fn: { environmentVariables, role: _, ...fn } }) => ({
    ...fn,
    environmentVariables: Object.keys(environmentVariables),
  }));
}

async function invoke(service: FcService, message: IncomingMessage, name: string): Promise<Reply> {
  const { registry } = service;
  const requestId = newRequestId();
  const qualifier = 'LATEST';
  const served = registry.find({ name, service: undefined, qualifier });
  const { bytes: event } = await readBody(message, MAX_SYNC_BYTES['3.0']);
  if (event === undefined) throw new Error(`the event has more than ${MAX_SYNC_BYTES['3.0']} bytes`);
  const result = await service.run({
    served,
    event,
    requestId,
    qualifier,
    mode: 'sync',
    taskId: undefined,
    attempt: 1,
  });
  const reply = replyOf(result, { served, qualifier }, true);
  return { ...reply, headers: { ...reply.headers, 'x-fc-request-id': requestId } };
}

async function ofFunction(service: FcService, message: IncomingMessage, name: string, page: string): Promise<Reply> {
  const { registry, invocations } = service;
  switch (`${message.method} ${page}`) {
    case 'POST invocations':
      return invoke(service, message, name);
    case 'GET invocations':
      return jsonReply(200, invocations.of(name));
    case 'DELETE instances':
      return jsonReply(200, {
        killed: registry.find({ name, service: undefined, qualifier: 'LATEST' }).pool.killAll(),
      });
    default:
      return jsonReply(405, { error: `no ${message.method} ${message.url}` });
  }
}

async function run(service: FcService, controls: AdminControls, message: IncomingMessage): Promise<Reply> {
  if (!LOOPBACK.includes(message.socket.remoteAddress ?? ''))
    return jsonReply(403, { error: 'only from this machine' });
  const { faults } = service;
  const [, name, page] = /^\/__fc\/functions\/([A-Za-z0-9_-]+)\/(\w+)$/.exec(message.url ?? '') ?? [];
  if (name !== undefined && page !== undefined) return ofFunction(service, message, name, page);
  switch (`${message.method} ${message.url}`) {
    case 'GET /__fc/faults':
      return jsonReply(200, faults.pending());
    case 'DELETE /__fc/faults':
      faults.clear();
      return jsonReply(200, []);
    case 'POST /__fc/faults':
      return jsonReply(
        201,
        listOf((await json(message)) as unknown).map((order) => faults.add(order)),
      );
    case 'GET /__fc/functions':
      return jsonReply(200, listed(service));
    case 'PUT /__fc/functions':
      for (const order of listOf((await json(message)) as unknown)) controls.setFunction(order);
      return jsonReply(200, listed(service));
    default:
      return jsonReply(405, { error: `no ${message.method} ${message.url}` });
  }
}

/** Answers an admin request. Never throws. */
export async function answerAdmin(
  message: IncomingMessage,
  response: ServerResponse,
  service: FcService,
  controls: AdminControls,
): Promise<void> {
  const { status, headers, body } = await run(service, controls, message).catch((thrown: unknown): Reply => {
    if (!(thrown instanceof FcError)) return jsonReply(400, { error: toError(thrown).message });
    return {
      status: thrown.status,
      headers: { 'content-type': 'application/json' },
      body: errorBody(thrown, '3.0', newRequestId()),
    };
  });
  message.resume();
  response.writeHead(status, { ...headers, 'content-length': String(body.length) });
  response.end(body);
}
