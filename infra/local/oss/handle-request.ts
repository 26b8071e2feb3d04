/** One request from its first byte to its answer: fault, signature, bucket, operation, reply. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { toError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { authenticate } from './authenticate.ts';
import type { OssCredential } from './credentials.ts';
import { checkBucket, operationFor } from './dispatch.ts';
import { errorDocument, OssError } from './errors.ts';
import type { Fault, Faults } from './faults.ts';
import type { OssService } from './operation.ts';
import { type Reply, releaseBody } from './reply.ts';
import { type OssRequest, readRequest } from './request.ts';
import { sendReply } from './send-reply.ts';
import type { Stats } from './stats.ts';

/** What one server handles all its requests with. */
export interface RequestHandling {
  readonly service: OssService;
  readonly region: string;
  readonly credentials: readonly OssCredential[];
  readonly faults: Faults;
  readonly stats: Stats;
  readonly logger: Logger;
  /** Aborted when the server closes: ends delays. */
  readonly closing: AbortSignal;
}

/** Thrown where a fault wants the connection gone and no answer. */
class Dropped extends Error {}

function untilClosed(response: ServerResponse, closing: AbortSignal): Promise<void> {
  return new Promise((done) => {
    response.once('close', done);
    closing.addEventListener('abort', () => done(), { once: true });
  });
}

async function befallBefore(fault: Fault, response: ServerResponse, closing: AbortSignal): Promise<void> {
  switch (fault.kind) {
    case 'status': {
      const message = fault.message ?? `The request was refused by a fault that was ordered (${fault.code}).`;
      throw new OssError(fault.status, fault.code, message);
    }
    case 'drop-before-write':
      throw new Dropped();
    case 'delay-before-write':
      await sleep(fault.delayMs, undefined, { signal: closing });
      return;
    case 'hang':
      await untilClosed(response, closing);
      throw new Dropped();
    case 'drop-after-write':
    case 'delay-after-write':
      return;
    default:
      throw new Error(`no such fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

async function befallAfter(fault: Fault, closing: AbortSignal): Promise<void> {
  if (fault.kind === 'drop-after-write') throw new Dropped();
  if (fault.kind === 'delay-after-write') await sleep(fault.delayMs, undefined, { signal: closing });
}

function errorReply(error: OssError, method: string, requestId: string, hostId: string, fault?: Fault): Reply {
  const document = errorDocument(error, requestId, hostId);
  const headers: Record<string, string> = {
    'content-type': 'application/xml',
    'content-length': String(document.length),
    ...error.headers,
  };
  const ec = error.details['EC'];
  if (ec !== undefined) headers['x-oss-ec'] = ec;
  if (fault?.kind === 'status' && fault.retryAfterSeconds !== undefined) {
    headers['retry-after'] = String(fault.retryAfterSeconds);
  }
  if (method !== 'HEAD') return { status: error.status, headers, body: document };
  // A HEAD answer has no body: the document travels in a header.
  return { status: error.status, headers: { ...headers, 'x-oss-err': document.toString('base64') } };
}

/** Answers one request. Never throws: what goes wrong here is answered as `InternalError` and logged. */
export async function handleRequest(
  message: IncomingMessage,
  response: ServerResponse,
  handling: RequestHandling,
): Promise<void> {
  const { service, faults, stats, logger, closing } = handling;
  const requestId = randomBytes(12).toString('hex').toUpperCase();
  const startedAt = service.clock();
  const method = message.method ?? 'GET';
  // Held here: the message lets go of it once it is read.
  const { socket } = message;
  stats.request(method);
  let request: OssRequest | undefined;
  let fault: Fault | undefined;
  let reply: Reply | undefined;
  try {
    request = readRequest(message, handling.region);
    fault = faults.take(request);
    if (fault) {
      stats.fault();
      await befallBefore(fault, response, closing);
    }
    authenticate(request, handling.credentials, service.clock());
    checkBucket(service, request);
    reply = await operationFor(request)(service, request);
    if (fault) await befallAfter(fault, closing);
    stats.answer(reply.status);
  } catch (thrown) {
    if (reply) releaseBody(reply);
    // A client that went away gets no answer either.
    if (thrown instanceof Dropped || closing.aborted || socket.destroyed || message.errored) {
      stats.answer(0);
      socket.destroy();
      return;
    }
    if (!(thrown instanceof OssError)) {
      logger.error({ err: toError(thrown), requestId }, 'a request failed inside the stand-in');
    }
    const error =
      thrown instanceof OssError
        ? thrown
        : new OssError(500, 'InternalError', 'We encountered an internal error. Please try again.');
    logger.debug({ method, code: error.code, requestId }, 'request refused');
    stats.answer(error.status, error.code);
    reply = errorReply(error, method, requestId, request?.hostId ?? message.headers.host ?? '', fault);
  }
  // What is left of a body that nobody wanted: the next request on this connection stands behind it.
  message.resume();
  try {
    await sendReply(response, reply, { requestId, startedAt, now: service.clock() });
  } catch (thrown) {
    logger.debug({ err: toError(thrown), requestId }, 'the client went away before the answer was sent');
    socket.destroy();
  }
}
