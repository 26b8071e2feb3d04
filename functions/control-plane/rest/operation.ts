/** One declaration of what a route is: the guard reads what it asks of its caller, the OpenAPI document tells the rest. */
import type { RouteAccess } from './route-access.ts';
import type { RouteBody } from './route-body.ts';

/** JSON Schema; `{ $ref: 'ConnectorInfo#' }` for one of `shapes.ts`. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** An answer without a schema has no body. */
export interface Answer {
  readonly description: string;
  readonly schema?: JsonSchema;
  /** Default: `application/json`. */
  readonly type?: string;
}

export interface Operation {
  readonly access: RouteAccess;
  readonly tag: 'worker' | 'connectors' | 'tasks' | 'offsets' | 'plugins' | 'loggers' | 'spillway';
  /** One line for people. */
  readonly summary: string;
  readonly description?: string;
  /** Parameters of the query, by name. None of them is required. */
  readonly query?: Readonly<Record<string, JsonSchema>>;
  /** Absent where a body is ignored. */
  readonly body?: JsonSchema;
  /** Default with a body: `json`. */
  readonly reads?: RouteBody;
  /** By status, beside those that every route may answer (`EVERY_ROUTE`). */
  readonly answers: Readonly<Record<number, Answer>>;
}

const ERROR: JsonSchema = { $ref: 'Error#' };

/** An answer `{error_code, message}`. */
export function failure(description: string): Answer {
  return { description, schema: ERROR };
}

/** What any route may answer. 500 and 503 say in their message what failed and what to do. */
export const EVERY_ROUTE: Readonly<Record<number, Answer>> = {
  400: failure('The request is malformed, or what it asks for is wrong.'),
  401: failure('Nobody signed in, or with wrong credentials.'),
  403: failure('Who signed in may not do this.'),
  406: failure('`Accept` does not let the answer be JSON.'),
  413: failure('The body is larger than this worker takes.'),
  415: failure('The content type is not JSON, or is missing beside a body.'),
  429: failure('Too many requests: wait as long as `Retry-After` says.'),
  500: failure('Kafka did not confirm in time, or the worker failed.'),
  503: failure('This worker has not read its topics yet, is going down, or had no answer in time.'),
};

/** Options of the fastify route that the operation is. Schemas describe, and check nothing: handlers do. */
export function operation({ access, tag, summary, description, query, body, reads, answers }: Operation) {
  return {
    config: { access, body: reads ?? (body === undefined ? 'ignored' : 'json') },
    schema: {
      tags: [tag],
      summary,
      ...(description !== undefined && { description }),
      ...(query !== undefined && { querystring: { type: 'object', properties: query } }),
      ...(body !== undefined && { body }),
      response: Object.fromEntries(
        Object.entries({ ...EVERY_ROUTE, ...answers }).map(([status, answer]) => [status, response(answer)]),
      ),
    },
  } as const;
}

function response({ description, schema, type = 'application/json' }: Answer): JsonSchema {
  return schema === undefined ? { type: 'null', description } : { description, content: { [type]: { schema } } };
}
