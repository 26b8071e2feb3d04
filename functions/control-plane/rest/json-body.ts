/** Reads bodies of requests. What is not JSON is a 400, where Kafka Connect answers 500; a refusal never quotes the body. */
import type { FastifyInstance } from 'fastify';

import { Refused } from '../refused.ts';
import type { RouteBody } from './route-body.ts';

/** Strings, which are kept, or numbers. Of JSON that was parsed before, so nothing else looks like either. */
const STRING_OR_NUMBER = /("[^"\\]*(?:\\.[^"\\]*)*")|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const AT_POSITION = /at position (\d+)/;

/** Makes `app` read all bodies by the `config.body` of their route. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      const how = request.is404 ? 'ignored' : (request.routeOptions.config.body ?? 'json');
      done(null, parseBody(bytes as Buffer, how));
    } catch (thrown) {
      done(thrown as Error);
    }
  });
}

/** @returns undefined where there is no body, or it is to be ignored
 *  @throws Refused 400 when it is not JSON in UTF-8 */
export function parseBody(bytes: Uint8Array, how: RouteBody): unknown {
  if (how === 'ignored' || bytes.length === 0) return undefined;
  const text = decode(bytes);
  const parsed = parse(text);
  return how === 'json' ? parsed : parse(text.replace(STRING_OR_NUMBER, (token, string) => string ?? `"${token}"`));
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Refused(400, 'The body is not UTF-8. Send JSON in UTF-8.');
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const position = AT_POSITION.exec((thrown as Error).message)?.[1];
    throw new Refused(400, `The body is not JSON${position === undefined ? '' : `: see its character ${position}`}.`);
  }
}
