/** Content types as a Kafka Connect worker takes them: JSON or nothing. */
import type { FastifyRequest } from 'fastify';

import { Refused } from '../refused.ts';
import { plainError } from './errors.ts';

const JSON_TYPE = 'application/json';

/** A hook: 415 for any content type but JSON, also where no body is expected, and for a body that has none; then 406 where the caller does not
 *  accept JSON. Unknown paths and methods were answered before. */
export async function negotiate(request: FastifyRequest): Promise<void> {
  if (request.is404 || request.routeOptions.config.anyType === true) return;
  if (!isTyped(request)) throw refusal(415);
  if (!acceptsJson(request.headers.accept)) throw refusal(406);
}

function refusal(status: 406 | 415): Refused {
  return new Refused(status, plainError(status).message);
}

function isTyped({ headers, routeOptions }: FastifyRequest): boolean {
  const type = headers['content-type'];
  if (type !== undefined) return mediaType(type) === JSON_TYPE;
  return routeOptions.config.body === 'ignored' || !hasBody(headers);
}

function hasBody(headers: FastifyRequest['headers']): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Whether `Accept` lets an answer be JSON: absent, or one of its ranges takes JSON with a quality that is not 0. The most specific range that
 *  fits decides. Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1 */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  const qualities = new Map(accept.split(',').map((range) => [mediaType(range), quality(range)]));
  for (const range of [JSON_TYPE, 'application/*', '*/*']) {
    const found = qualities.get(range);
    if (found !== undefined) return found > 0;
  }
  return false;
}

function mediaType(range: string): string {
  return (range.split(';', 1)[0] ?? '').trim().toLowerCase();
}

function quality(range: string): number {
  const given = /;\s*q\s*=\s*([0-9.]+)/i.exec(range)?.[1];
  return given === undefined ? 1 : Number(given);
}
