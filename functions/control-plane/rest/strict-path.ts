/** Paths that two readers may understand differently, and that a guard and a handler must never read in two ways. */
import type { FastifyRequest } from 'fastify';

import { Refused } from '../refused.ts';

/** An empty segment, or an encoded slash, percent sign, backslash, dot segment or control character. */
const AMBIGUOUS = /\/\/|%(?:2f|25|5c|[01][0-9a-f]|7f)|\/(?:\.|%2e){1,2}(?:\/|$)/i;

/** A hook: such a path is a 400, as a Kafka Connect worker answers it. Source: Jetty's `UriCompliance`. */
export async function refuseAmbiguousPath(request: FastifyRequest): Promise<void> {
  const path = request.url.split('?', 1)[0] ?? '';
  if (AMBIGUOUS.test(path))
    throw new Refused(
      400,
      'The path is ambiguous: it has an empty or dot segment, or encodes a slash, percent sign or control character.',
    );
}
