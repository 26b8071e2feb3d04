/** What a route asks of whoever calls it: set as the `config` of every route, read by the guard. */

/** Each may do what the ones before may. `viewer` reads; `operator` pauses, resumes, stops, restarts, sends test records and redrives; `admin`
 *  creates, changes, deletes, moves offsets and sets log levels. */
export type Role = 'viewer' | 'operator' | 'admin';

export interface RouteAccess {
  /** `open`: nobody needs to sign in (liveness only). */
  readonly needs: Role | 'open';
  /** Name of the path parameter that holds a connector's name, where the route is about one. */
  readonly connectorParam?: string;
  /** The connector's name stands in the body (`POST /connectors`): who holds the role for some connector gets in, and the handler asks
   *  `Principal.may` with the name. */
  readonly connectorInBody?: boolean;
  /** The role must hold for every connector: the route tells of all at once and cannot leave some out (`/metrics`). Without a connector this
   *  is so for `operator` and `admin` anyway; a `viewer` of some connectors gets in, and the route shows only those. */
  readonly ofAll?: boolean;
}

/** Who calls, once the guard let them in. */
export interface Principal {
  readonly name: string;
  /** Whether a connector's name is among those that this one may see, or act on. */
  may(role: Role, connector: string): boolean;
  /** Whether the role holds for every connector, whatever its name. */
  mayAll(role: Role): boolean;
  /** Whether it holds for any connector at all. */
  mayAny(role: Role): boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
  }
  interface FastifyRequest {
    principal?: Principal;
    /** Name of the connector that the request is about, where it stands in no path: for the audit log. */
    auditedConnector?: string;
  }
}
