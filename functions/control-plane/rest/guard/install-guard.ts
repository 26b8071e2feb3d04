/** What every request goes through before its handler: is it of a page of ours, who sends it, not too often, and may they. Fails closed: a route
 *  that does not say what it needs is for admins of everything. */
import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../../refused.ts';
import type { Principal, RouteAccess } from '../route-access.ts';
import { Attempts } from './attempts.ts';
import { auditHook } from './audit.ts';
import { readAuthorization } from './authorization-header.ts';
import { refuseForeignPages } from './browser-requests.ts';
import type { GuardSettings } from './guard-settings.ts';
import { ANYBODY } from './principal.ts';
import { SignIn } from './sign-in.ts';

const REALM = 'spillway';
/** Both ways, the one that people's tools know better first. */
const CHALLENGE = [`Basic realm="${REALM}", charset="UTF-8"`, `Bearer realm="${REALM}"`];
const MINUTE_MS = 60_000;
/** Of paths that no route has: who signed in learns that they are not there. */
const UNKNOWN_PATH: RouteAccess = { needs: 'viewer' };
const UNDECLARED: RouteAccess = { needs: 'admin', ofAll: true };

/** Call it once, before the routes. `request.principal` is there from then on. Refusals are thrown as `Refused`, for the app's error handler. */
export async function installGuard(app: FastifyInstance, settings: GuardSettings): Promise<void> {
  const { accounts, limits, clock, logger, randomKey } = settings;
  const signIn = accounts === undefined ? undefined : new SignIn(accounts, randomKey);
  const failures = new Attempts(limits.failedSignInsPerMinute, clock);
  await app.register(rateLimit, { global: false, max: limits.requestsPerMinute, timeWindow: MINUTE_MS });
  const countRequest = app.createRateLimit({
    keyGenerator: ({ principal, ip }) =>
      principal === undefined || principal === ANYBODY ? normalizeIP(ip) : `user ${principal.name}`,
  });
  app.addHook('onResponse', auditHook(logger, clock));
  app.addHook('onRequest', async (request, reply) => {
    refuseForeignPages(request, signIn === undefined);
    const access = accessOf(request);
    if (access.needs !== 'open') {
      request.principal = signIn === undefined ? ANYBODY : await signedIn(request, reply, signIn, failures);
    }
    const count = await countRequest(request);
    if (!count.isAllowed && count.isExceeded) throw tooMany(reply, count.ttl);
    if (request.principal !== undefined) assertMay(request, request.principal, access);
  });
}

function accessOf(request: FastifyRequest): RouteAccess {
  return request.routeOptions.config.access ?? (request.is404 ? UNKNOWN_PATH : UNDECLARED);
}

/** @throws Refused 401 with a challenge, 429 after too many failures */
async function signedIn(
  request: FastifyRequest,
  reply: FastifyReply,
  signIn: SignIn,
  failures: Attempts,
): Promise<Principal> {
  const header = request.headers.authorization;
  if (header === undefined) {
    throw challenge(reply, 'Sign in: with a token (Authorization: Bearer) or as a user (Authorization: Basic).');
  }
  const credentials = readAuthorization(header);
  // Of IPv6 the network: whoever has one has all of its addresses.
  const caller = normalizeIP(request.ip);
  const waitMs = failures.waitMs(caller);
  const result = credentials === undefined ? undefined : await signIn.signIn(credentials, waitMs === 0);
  if (result !== undefined && 'principal' in result) return result.principal;
  if (waitMs > 0) throw tooMany(reply, waitMs);
  if (result?.refused === 'not now') throw tooMany(reply, 1_000);
  failures.note(caller);
  throw challenge(reply, 'These credentials are not accepted: the token, or user and password, are wrong.');
}

/** @throws Refused 403 that names the right which is missing */
function assertMay(request: FastifyRequest, who: Principal, { needs, ...about }: RouteAccess): void {
  if (needs === 'open') return;
  const { connectorParam, connectorInBody = false, ofAll = needs !== 'viewer' && !connectorInBody } = about;
  if (connectorParam !== undefined) {
    const connector = (request.params as Readonly<Record<string, string>>)[connectorParam] ?? '';
    if (!who.may(needs, connector)) throw lacks(who, needs, `the connector ${connector}`);
  } else if (ofAll ? !who.mayAll(needs) : !who.mayAny(needs)) {
    throw lacks(who, needs, ofAll ? 'all connectors (*)' : 'some connector');
  }
}

function lacks(who: Principal, role: string, what: string): Refused {
  return new Refused(403, `${who.name} needs the role ${role} for ${what}.`);
}

function challenge(reply: FastifyReply, message: string): Refused {
  reply.header('www-authenticate', CHALLENGE);
  return new Refused(401, message);
}

function tooMany(reply: FastifyReply, waitMs: number): Refused {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  reply.header('retry-after', String(seconds));
  return new Refused(429, `Too many requests; try again in ${seconds} seconds.`);
}
