/** One request from its arrival to its answer: faults, signature, operation, the headers that every answer carries. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { httpTime } from '../oss/request-time.ts';
import { authenticate, type MaxComputeCredential } from './authenticate.ts';
import { OPERATION_CODE } from './dispatch.ts';
import { errorBody, MaxComputeError, noSuchProject } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import { type Addressed, addressed } from './operation-name.ts';
import type { Reply } from './reply.ts';
import { type MaxComputeRequest, readRequest, type Side, sideOf } from './request.ts';
import type { MaxComputeService } from './service.ts';
import type { Stats } from './stats.ts';

export interface RequestHandling {
  readonly service: MaxComputeService;
  readonly region: string;
  /** Asked at each request: a test may change them. */
  readonly credentials: () => readonly MaxComputeCredential[];
  readonly faults: Faults;
  readonly stats: Stats;
  readonly logger: Logger;
}

/** Thrown where a fault wants the connection gone and no answer. */
class Dropped extends Error {}

/** Thrown where a fault wants the answer of a gateway. */
class GatewayAnswer extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`answered by a gateway: ${status}`);
    this.status = status;
  }
}

function untilClosed(response: ServerResponse, closing: AbortSignal): Promise<void> {
  return new Promise((done) => {
    response.once('close', done);
    closing.addEventListener('abort', () => done(), { once: true });
  });
}

async function untilCleared(cleared: AbortSignal, closing: AbortSignal): Promise<void> {
  const over = AbortSignal.any([cleared, closing]);
  if (!over.aborted) await once(over, 'abort');
  if (closing.aborted) throw new Dropped();
}

async function befallBefore(
  fault: Fault,
  response: ServerResponse,
  closing: AbortSignal,
  cleared: AbortSignal,
): Promise<void> {
  switch (fault.kind) {
    case 'status': {
      const { status, code, headers, holdClientMs } = fault;
      const message = fault.message ?? `The request was refused by a fault that was ordered (${code}).`;
      throw new MaxComputeError(status, code, message, {
        headers,
        ...(holdClientMs === undefined ? {} : { holdClientMs }),
      });
    }
    case 'gateway':
      throw new GatewayAnswer(fault.status);
    case 'drop-before':
      throw new Dropped();
    case 'delay-before':
      await sleep(fault.delayMs, undefined, { signal: closing });
      return;
    case 'hang':
      await untilClosed(response, closing);
      throw new Dropped();
    case 'hold':
      await untilCleared(cleared, closing);
      return;
    case 'drop-after':
    case 'delay-after':
      return;
    default:
      throw new Error(`no such fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

async function befallAfter(fault: Fault, closing: AbortSignal): Promise<void> {
  if (fault.kind === 'drop-after') throw new Dropped();
  if (fault.kind === 'delay-after') await sleep(fault.delayMs, undefined, { signal: closing });
}

function refusal(error: MaxComputeError, side: Side, requestId: string): Reply {
  const body = errorBody(error, side, requestId);
  const type = side === 'service' ? 'application/xml' : 'application/json';
  return { status: error.status, headers: { 'content-type': type, ...error.headers }, body };
}

function gatewayReply(status: number): Reply {
  const page = `<html>\r\n<head><title>${status} Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n`;
  return { status, headers: { 'content-type': 'text/html' }, body: Buffer.from(page) };
}

async function run(handling: RequestHandling, request: MaxComputeRequest, target: Addressed): Promise<Reply> {
  const { service, region, credentials } = handling;
  authenticate(request, { credentials: credentials(), region, now: service.clock() });
  if (target.name === undefined) {
    throw new MaxComputeError(404, 'NoSuchObject', `There is nothing at ${request.method} ${request.resource}.`);
  }
  if (target.project !== service.project) throw noSuchProject(target.project ?? '');
  handling.stats.operation(target.name);
  return OPERATION_CODE[target.name](service, request, target);
}

/** Answers one request. Never throws: what goes wrong here is answered as `InternalServerError` and logged. */
export async function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  handling: RequestHandling,
): Promise<void> {
  const { faults, stats, logger, service } = handling;
  const requestId = randomBytes(11).toString('hex').toUpperCase();
  // Held here: the message lets go of it once it is read.
  const { socket } = message;
  let reply: Reply;
  stats.request();
  try {
    const request = readRequest(message);
    const target = addressed(request);
    const fault = faults.take(target);
    if (fault !== undefined) {
      stats.fault();
      await befallBefore(fault, response, service.closing, faults.cleared);
    }
    reply = await run(handling, request, target);
    if (fault !== undefined) await befallAfter(fault, service.closing);
    stats.answer(reply.status);
  } catch (thrown) {
    // A client that went away gets no answer either.
    if (thrown instanceof Dropped || service.closing.aborted || socket.destroyed || message.errored) {
      stats.answer(0);
      socket.destroy();
      return;
    }
    if (thrown instanceof GatewayAnswer) {
      stats.answer(thrown.status);
      reply = gatewayReply(thrown.status);
    } else {
      const isRefusal = thrown instanceof MaxComputeError;
      if (!isRefusal) logger.error({ err: toError(thrown), requestId }, 'a request failed inside the stand-in');
      const error = isRefusal ? thrown : new MaxComputeError(500, 'InternalServerError', 'An internal error occurred.');
      logger.debug({ method: message.method, code: error.code, requestId }, 'request refused');
      stats.answer(error.status, error.code);
      reply = refusal(error, sideOf(message), requestId);
    }
  }
  // What is left of a body that nobody wanted: the next request on this connection stands behind it.
  message.resume();
  response.sendDate = false;
  response.writeHead(reply.status, {
    server: 'Tengine',
    date: httpTime(service.clock()),
    'x-odps-request-id': requestId,
    'content-length': String(reply.body.length),
    ...reply.headers,
  });
  response.end(reply.body);
}
