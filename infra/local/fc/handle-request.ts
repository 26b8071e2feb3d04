/** One request from its arrival to its answer: faults, signature, operation, the headers that every answer carries. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../../shared/errors.ts';
import { httpTime } from '../oss/request-time.ts';
import { authenticate } from './authenticate.ts';
import { describeAsync, describeFunction } from './describe-function.ts';
import { errorBody, FcError, internalError } from './errors.ts';
import type { RequestFault } from './faults.ts';
import type { ServedFunction } from './function-registry.ts';
import { invokeFunction, modeOf, mostBytes } from './invoke-operation.ts';
import { jsonReply, type Reply } from './reply.ts';
import { type FcRequest, type ReadBody, readBody, readRequest } from './request.ts';
import { newRequestId } from './request-id.ts';
import { apiOf, type Route, routeOf } from './route.ts';
import type { FcService } from './service.ts';

/** Thrown where a fault wants the connection gone, after these bytes. */
class Dropped extends Error {
  readonly lastBytes: string | undefined;
  constructor(lastBytes?: string) {
    super('the connection is dropped');
    this.lastBytes = lastBytes;
  }
}

/** Thrown where a fault wants the answer of a gateway. */
class GatewayAnswer extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`answered by a gateway: ${status}`);
    this.status = status;
  }
}

const GARBAGE = '\x16\x03\x01 this is no HTTP\r\n\r\n';

async function befallBefore(fault: RequestFault, response: ServerResponse, service: FcService): Promise<void> {
  const { closing, faults } = service;
  switch (fault.kind) {
    case 'status': {
      const { status, code, headers } = fault;
      const message = fault.message ?? `The request was refused by a fault that was ordered (${code}).`;
      throw new FcError(status, code, message, headers);
    }
    case 'gateway':
      throw new GatewayAnswer(fault.status);
    case 'drop-before':
      throw new Dropped();
    case 'garbage':
      throw new Dropped(GARBAGE);
    case 'delay-before':
      await sleep(fault.delayMs, undefined, { signal: closing });
      return;
    case 'hang':
      await Promise.race([once(response, 'close'), once(closing, 'abort')]);
      throw new Dropped();
    case 'hold': {
      const over = AbortSignal.any([faults.cleared, closing]);
      if (!over.aborted) await once(over, 'abort');
      return;
    }
    case 'drop-after':
    case 'delay-after':
      return;
    default:
      throw new Error(`no such fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

async function befallAfter(fault: RequestFault | undefined, closing: AbortSignal): Promise<void> {
  if (fault?.kind === 'drop-after') throw new Dropped();
  if (fault?.kind === 'delay-after') await sleep(fault.delayMs, undefined, { signal: closing });
}

function refusal(error: FcError, path: string, requestId: string): Reply {
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', ...error.headers },
    body: errorBody(error, apiOf(path), requestId),
  };
}

function gatewayReply(status: number): Reply {
  const page = `<html>\r\n<head><title>${status} Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(page) };
}

interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly request: FcRequest;
  readonly requestId: string;
}

async function answer(service: FcService, { message, response, request, requestId }: Exchange): Promise<Reply> {
  const { account, registry, faults, closing } = service;
  const route = routeOf(request);
  const { api, operation, address } = route;
  const mode = modeOf(request);
  const fault = faults.ofRequest({ function: address.name, mode }, operation);
  if (fault !== undefined) {
    await befallBefore(fault, response, service).catch((thrown: unknown) => {
      book(service, route, mode, requestId, thrown);
      throw thrown;
    });
  }
  const body = await readBody(message, mostBytes(mode, api));
  const { accountId } = account;
  const { credentials, nonces, clock } = service;
  authenticate(request, body, { credentials: credentials(), accountId, api, operation, nonces, now: clock() });
  const served = registry.find(address);
  const reply = await operate(service, { request, requestId }, route, served, body);
  await befallAfter(fault, closing);
  return reply;
}

async function operate(
  service: FcService,
  { request, requestId }: Pick<Exchange, 'request' | 'requestId'>,
  { api, operation, address }: Route,
  served: ServedFunction,
  body: ReadBody,
): Promise<Reply> {
  const { account } = service;
  const { qualifier } = address;
  switch (operation) {
    case 'get':
      return jsonReply(200, describeFunction(served, api, account));
    case 'get-async':
      return jsonReply(200, describeAsync(served, address, account));
    case 'invoke':
      return invokeFunction(service, { request, api, served, qualifier, requestId }, body.bytes);
    default:
      throw new Error(`no such operation: ${operation satisfies never}`);
  }
}

/** A call that a fault kept from running is a call nonetheless. */
function book(
  { invocations, clock }: FcService,
  { operation, address }: Route,
  mode: 'sync' | 'async',
  requestId: string,
  thrown: unknown,
): void {
  if (operation !== 'invoke') return;
  const { status, errorType } =
    thrown instanceof FcError
      ? { status: thrown.status, errorType: thrown.code }
      : { status: thrown instanceof GatewayAnswer ? thrown.status : 0, errorType: undefined };
  const { name, qualifier } = address;
  const nothing = { taskId: undefined, attempt: 1, payloadBytes: 0, cold: false, durationMs: 0, instanceId: undefined };
  invocations.add(name, { requestId, at: clock(), mode, qualifier, ...nothing, status, errorType });
}

/** Answers one request. Never throws: what goes wrong here is answered as `InternalServerError` and logged. */
export async function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  service: FcService,
): Promise<void> {
  const { logger, closing, clock } = service;
  const requestId = newRequestId();
  const path = message.url ?? '/';
  // Held here: the message lets go of it once it is read.
  const { socket } = message;
  let reply: Reply;
  try {
    const request = readRequest(message);
    reply = await answer(service, { message, response, request, requestId });
  } catch (thrown) {
    // A client that went away gets no answer either.
    if (thrown instanceof Dropped || closing.aborted || socket.destroyed) {
      if (thrown instanceof Dropped && thrown.lastBytes !== undefined)
        socket.end(thrown.lastBytes, () => socket.destroy());
      else socket.destroy();
      return;
    }
    if (thrown instanceof GatewayAnswer) {
      reply = gatewayReply(thrown.status);
    } else {
      const isRefusal = thrown instanceof FcError;
      if (!isRefusal) logger.error({ err: toError(thrown), requestId }, 'a request failed inside the stand-in');
      const error = isRefusal ? thrown : internalError();
      logger.debug({ method: message.method, code: error.code, requestId }, 'request refused');
      reply = refusal(error, path, requestId);
    }
  }
  // What is left of a body that nobody wanted: the next request on this connection stands behind it.
  message.resume();
  response.sendDate = false;
  response.writeHead(reply.status, {
    date: httpTime(clock()),
    'x-fc-request-id': requestId,
    'content-length': String(reply.body.length),
    ...reply.headers,
  });
  response.end(reply.body);
}
