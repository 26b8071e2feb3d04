/** Parameters of a query, as Kafka Connect reads them. */
import type { FastifyRequest } from 'fastify';

/** Every value of the parameter, in order. */
export function queryTexts(request: FastifyRequest, name: string): readonly string[] {
  const given = (request.query as Readonly<Record<string, string | string[] | undefined>>)[name];
  return given === undefined ? [] : [given].flat();
}

/** The first value of the parameter. */
export function queryText(request: FastifyRequest, name: string): string | undefined {
  return queryTexts(request, name)[0];
}

/** True for `true` in any case and for nothing else, as Java's `Boolean.valueOf`. */
export function queryFlag(request: FastifyRequest, name: string): boolean {
  return queryText(request, name)?.toLowerCase() === 'true';
}
