/** One request and what came of it. */

/** Header names are in lower case. */
export type ReplyHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** An answer, whatever its status; `body` is parsed where it is JSON, else the text that came. */
export interface ServerReply {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers: ReplyHeaders;
  readonly body: unknown;
  /** The target has read all of the request's body, and nobody here reads it any more. */
  readonly bodyIsFree: boolean;
}

/** No whole answer came: the target may have done all of it, a part, or nothing. */
export interface NetworkFailure {
  readonly kind: 'network';
  /** Node's or undici's (`ECONNREFUSED`, `UND_ERR_SOCKET`), `TIMEOUT` after the time for the request, `ABORTED` when the caller gave it up;
   *  '' when the error had none. */
  readonly code: string;
  readonly cause: unknown;
  /** False: no byte of it was sent, so it surely did nothing. */
  readonly wasSent: boolean;
  /** Origin of the node. */
  readonly node: string;
}

export type Reply = ServerReply | NetworkFailure;

/** Travels through the Elastic client as a request's `context`, which it hands on untouched; the connection notes here what the client's
 *  own errors leave out. */
export class Exchange {
  /** From now on the target may have the request. */
  wasSent = false;
  /** The socket has passed on all of the body. */
  handedOver = false;
  /** Absent while no answer has begun. */
  answer: { readonly status: number; readonly headers: ReplyHeaders } | undefined;
  failure: NetworkFailure | undefined;
}

/** The exchange of a request; `undefined` for those that the client makes by itself. */
export function exchangeOf(context: unknown): Exchange | undefined {
  const exchange = typeof context === 'object' && context !== null && 'exchange' in context && context.exchange;
  return exchange instanceof Exchange ? exchange : undefined;
}
