/** What the guard cannot see, because the connector's name stands in no path: the name in a body, and lists. */
import type { FastifyRequest } from 'fastify';

import { Refused } from '../refused.ts';
import type { Role } from './route-access.ts';

/** Whether whoever calls may see the connector. Without a guard everybody may. */
export function maySee({ principal }: FastifyRequest, connector: string): boolean {
  return principal === undefined || principal.may('viewer', connector);
}

/** @throws Refused 403 that names the right which is missing */
export function assertMay(request: FastifyRequest, role: Role, connector: string): void {
  const { principal } = request;
  request.auditedConnector = connector;
  if (principal === undefined || principal.may(role, connector)) return;
  throw new Refused(403, `${principal.name} needs the role ${role} for the connector ${connector}.`);
}
