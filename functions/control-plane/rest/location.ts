import type { FastifyRequest } from 'fastify';

/** Where a connector is, for `Location`: absolute as Kafka Connect has it, from the host that the caller asked; a path where none was named. */
export function locationOf(request: FastifyRequest, connector: string): string {
  const path = `/connectors/${encodeURIComponent(connector)}`;
  return request.headers.host === undefined ? path : `${request.protocol}://${request.headers.host}${path}`;
}
