/** From what was thrown to `{error_code, message}`: never a stack trace, never a piece of the request. */
import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

import { ConfigError, FatalError, RetriableError } from '../../../shared/errors.ts';
import type { Logger } from '../../../shared/logger.ts';
import { Refused } from '../refused.ts';

/** Source: `org.apache.kafka.connect.runtime.rest.entities.ErrorMessage`. */
export interface ErrorMessage {
  readonly error_code: number;
  readonly message: string;
}

/** What there is to say of a status alone, in the words of Kafka Connect: `HTTP 405 Method Not Allowed`. */
export function plainError(status: number): ErrorMessage {
  return { error_code: status, message: `HTTP ${status} ${STATUS_CODES[status] ?? 'Error'}` };
}

/** The answer to an error. Words of others are never repeated, because they may quote the request: of fastify's own errors the status alone
 *  speaks, and an error that nobody foresaw is told by the id under which the log has it. */
export function errorMessage(thrown: unknown, requestId: string): ErrorMessage {
  if (thrown instanceof Refused) return { error_code: thrown.status, message: thrown.message };
  if (thrown instanceof ConfigError) return { error_code: 400, message: thrown.message };
  if (thrown instanceof RetriableError || thrown instanceof FatalError)
    return { error_code: 500, message: `${thrown.code}: ${thrown.message}` };
  const code = frameworkCode(thrown);
  if (code === 'FST_ERR_HANDLER_TIMEOUT')
    return {
      error_code: 503,
      message: 'There was no answer in time. Ask for the state of things before you try again.',
    };
  const status = frameworkStatus(thrown);
  if (status !== undefined) return plainError(status);
  return { error_code: 500, message: `The worker failed to answer this. Its log says why, at request ${requestId}.` };
}

/** After how long to ask again where a worker does as much as it may at a time: nobody knows when that ends. */
const BUSY_SECONDS = 5;

/** Answers errors, and logs those that are the worker's: without the body, the query or the path as it was sent. */
export function errorHandler(logger: Logger) {
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const message = errorMessage(thrown, request.id);
    const { error_code: status } = message;
    if (status === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', String(BUSY_SECONDS));
    const fields = { request: request.id, method: request.method, route: request.routeOptions.url, status };
    if (status < 500) logger.debug(fields, 'request refused');
    else if (isForeseen(thrown)) logger.warn({ ...fields, reason: message.message }, 'request failed');
    else logger.error({ ...fields, ...frames(thrown) }, 'request failed for an unforeseen reason');
    return reply.code(status).send(message);
  };
}

function isForeseen(thrown: unknown): boolean {
  const ours = thrown instanceof Refused || thrown instanceof RetriableError || thrown instanceof FatalError;
  return ours || frameworkCode(thrown) !== undefined;
}

function frameworkCode(thrown: unknown): string | undefined {
  const code = (thrown as Partial<FastifyError> | null)?.code;
  return typeof code === 'string' && code.startsWith('FST_') ? code : undefined;
}

/** The status that fastify or one of its plugins set on an error, if it blames the request. */
function frameworkStatus(thrown: unknown): number | undefined {
  const status = (thrown as Partial<FastifyError> | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

/** Where it was thrown, without its message: that one may quote what the request held. */
function frames(thrown: unknown): { readonly error: string; readonly frames: readonly string[] } {
  if (!(thrown instanceof Error)) return { error: typeof thrown, frames: [] };
  const lines = (thrown.stack ?? '').split('\n').map((line) => line.trim());
  return { error: thrown.name, frames: lines.filter((line) => line.startsWith('at ')) };
}
