/** What a path answers to the methods that it does not have: 405, and to OPTIONS the list of those that it has. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { plainError } from './errors.ts';
import { acceptsJson } from './negotiation.ts';

/** Collects the paths of `app`; the function that it returns, called after the last route, adds their other methods. Call it before the first route. */
export function collectPaths(app: FastifyInstance): () => void {
  const methodsOf = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const methods = methodsOf.get(url) ?? new Set();
    methodsOf.set(url, methods);
    for (const each of [method].flat()) methods.add(each);
  });
  return () => {
    for (const [url, methods] of [...methodsOf]) addOthers(app, url, [...methods, 'OPTIONS']);
  };
}

function addOthers(app: FastifyInstance, url: string, own: readonly string[]): void {
  const allow = [...new Set(own)].sort().join(', ');
  const options = {
    url,
    schema: { hide: true },
    config: { access: { needs: 'viewer' }, body: 'ignored', anyType: true },
  } as const;
  app.route({ ...options, method: 'OPTIONS', handler: (request, reply) => answerOptions(allow, request, reply) });
  const others = app.supportedMethods.filter((method) => !own.includes(method) && method !== 'OPTIONS');
  app.route({
    ...options,
    method: others,
    handler: async (_request, reply) => reply.code(405).header('allow', allow).send(plainError(405)),
  });
}

/** As Jersey, the framework of Kafka Connect's worker: the list is a header, and text for those who do not ask for JSON by name. */
function answerOptions(allow: string, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('allow', allow);
  const { accept } = request.headers;
  if (accept !== undefined && acceptsJson(accept)) return reply.type('application/json').send();
  return reply.type('text/plain').send(allow);
}
