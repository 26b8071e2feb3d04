/** How the body of a request is read: set as the `config` of a route. */

/** `json` where a route says nothing. `json-texts`: every number becomes a text of the very digits that were sent, as in Kafka Connect, whose
 *  values are all texts; a JavaScript number would change `12345678901234567890` or `1.0`. `ignored`: whatever it is, it is not looked at. */
export type RouteBody = 'json' | 'json-texts' | 'ignored';

declare module 'fastify' {
  interface FastifyContextConfig {
    body?: RouteBody;
    /** Answers something else than JSON: `Accept` and `Content-Type` of the request are not looked at. */
    anyType?: true;
  }
}
