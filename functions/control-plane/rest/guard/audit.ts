/** The audit log: who changed what, and who was turned away. Never bodies, queries or credentials. */
import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../../shared/clock.ts';
import type { Logger } from '../../../../shared/logger.ts';
import { Attempts } from './attempts.ts';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What the path says beside the connector. */
const OTHER_PARAMS = ['task', 'plugin', 'logger'] as const;
/** A name that is longer is no name, and may be anything. */
const MOST_CHARACTERS = 128;

/** Lines a minute for those of one address who are turned away: nobody shall fill the log from outside. */
const MOST_TURNED_AWAY = 60;

/** Hook for `onResponse`: a line for every request that changes something or was refused for who sent it. */
export function auditHook(logger: Logger, clock: Pick<Clock, 'now'>) {
  const audit = logger.child({ log: 'audit' });
  const turnedAway = new Attempts(MOST_TURNED_AWAY, clock);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { statusCode: status } = reply;
    const isTurnedAway = status === 401 || status === 403 || status === 429;
    if (READS.has(request.method) && !isTurnedAway) return;
    if (isTurnedAway) {
      const caller = normalizeIP(request.ip);
      if (turnedAway.waitMs(caller) > 0) return;
      turnedAway.note(caller);
    }
    const fields = {
      who: request.principal?.name,
      address: request.ip,
      method: request.method,
      route: request.is404 ? undefined : request.routeOptions.url,
      ...subjectOf(request),
      status,
      request: request.id,
    };
    if (isTurnedAway) audit.warn(fields, 'request turned away');
    else if (status >= 400) audit.info(fields, 'change refused');
    else audit.info(fields, 'change made');
  };
}

/** What it was about, as the path names it, and as the handler noted it. */
function subjectOf(request: FastifyRequest): Readonly<Record<string, string | undefined>> {
  const params = (request.params ?? {}) as Readonly<Record<string, string | undefined>>;
  const { connectorParam } = request.routeOptions.config.access ?? {};
  const connector = connectorParam === undefined ? request.auditedConnector : params[connectorParam];
  const others = OTHER_PARAMS.map((name) => [name, shown(params[name])] as const);
  return Object.fromEntries([['connector', shown(connector)], ...others].filter(([, value]) => value !== undefined));
}

function shown(name: string | undefined): string | undefined {
  return name === undefined || name.length <= MOST_CHARACTERS ? name : `${name.slice(0, MOST_CHARACTERS)}...`;
}
