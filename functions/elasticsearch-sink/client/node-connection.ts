/** HTTP under the Elastic client: it builds requests, undici carries them. That gives what its own connections lack: failures keep their
 *  code and cause, certificates are followed while they are renewed, and it is known when a request surely did nothing. */
import type { Readable } from 'node:stream';
import {
  BaseConnection,
  type ConnectionOptions,
  type ConnectionRequestOptions,
  type ConnectionRequestOptionsAsStream,
  type ConnectionRequestParams,
  type ConnectionRequestResponse,
  type ConnectionRequestResponseAsStream,
  errors,
} from '@elastic/elasticsearch';
import { type buildConnector, Pool } from 'undici';
import type { Clock } from '../../../shared/clock.ts';
import { toError } from '../../../shared/errors.ts';
import { firstSignal } from '../../../shared/first-signal.ts';
import { Exchange, exchangeOf } from './exchange.ts';

export interface NetworkOptions {
  /** Opens connections; see `connector.ts`. */
  readonly connect: buildConnector.connector;
  /** The most connections to one node; requests beyond wait. */
  readonly connectionsPerNode: number;
  readonly clock: Clock;
}

/** Below the minute after which load balancers close idle connections. */
const KEEP_ALIVE_MS = 20_000;
/** An item takes 100 to 500 bytes; anything longer than this is no answer to a request of ours. */
const MAX_REPLY_BYTES = 128 * 1024 * 1024;

/** A class of connections for the Elastic client, each to one node. A request ends after its timeout, and with its signal. */
export function nodeConnection({ connect, connectionsPerNode, clock }: NetworkOptions): typeof BaseConnection {
  return class NodeConnection extends BaseConnection {
    readonly #pool: Pool;

    constructor(options: ConnectionOptions) {
      super(options);
      this.#pool = new Pool(this.url.origin, {
        connect,
        connections: connectionsPerNode,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxResponseSize: MAX_REPLY_BYTES,
        // A request is bounded by its own signal.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    }

    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse>;
    override request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptionsAsStream,
    ): Promise<ConnectionRequestResponseAsStream>;
    override async request(
      params: ConnectionRequestParams,
      options: ConnectionRequestOptions,
    ): Promise<ConnectionRequestResponse | ConnectionRequestResponseAsStream> {
      const exchange = exchangeOf(options.context) ?? new Exchange();
      const late = new AbortController();
      const cancel = clock.after(options.timeout ?? 0, () => late.abort());
      const { signal: caller } = options;
      const either = firstSignal(caller === undefined ? [late.signal] : [caller, late.signal]);
      try {
        return await this.#send(params, exchange, either.signal);
      } catch (thrown) {
        const code = caller?.aborted ? 'ABORTED' : late.signal.aborted ? 'TIMEOUT' : codeOf(thrown);
        const { wasSent } = exchange;
        exchange.failure = { kind: 'network', code, cause: thrown, wasSent, node: this.url.origin };
        // What the client does next depends on the class: after a `ConnectionError` it leaves the node out.
        if (caller?.aborted) throw new errors.RequestAbortedError('aborted');
        throw new errors.ConnectionError(code);
      } finally {
        cancel();
        either.release();
      }
    }

    override close(): Promise<void> {
      return this.#pool.destroy();
    }

    async #send(
      { method, path, querystring = '', headers, body }: ConnectionRequestParams,
      exchange: Exchange,
      signal: AbortSignal,
    ): Promise<ConnectionRequestResponse> {
      const reply = await this.#pool.request({
        method: method as 'GET',
        path: `${this.url.pathname.replace(/\/$/, '')}${path}${querystring === '' ? '' : `?${querystring}`}`,
        headers: { ...this.headers, ...headers } as Record<string, string>,
        // Its types leave out iterables; its documentation names them (Dispatcher.md, `DispatchOptions.body`).
        body: watched(body as Buffer | string | null | undefined, exchange) as unknown as Readable,
        signal,
      });
      exchange.answer = { status: reply.statusCode, headers: reply.headers };
      const isCompressed = reply.headers['content-encoding'] !== undefined;
      return {
        statusCode: reply.statusCode,
        headers: reply.headers,
        // The client inflates what is a buffer.
        body: isCompressed ? Buffer.from(await reply.body.arrayBuffer()) : await reply.body.text(),
      };
    }
  };
}

/** The body as it is. It is asked for once the connection stands and the headers are out: from then on the target may have the request. It is
 *  asked for more once the socket has passed all of it on. */
function watched(body: Buffer | string | null | undefined, exchange: Exchange): Iterable<Buffer | string> | null {
  if (body === null || body === undefined || body === '') {
    exchange.wasSent = true;
    return null;
  }
  return (function* () {
    exchange.wasSent = true;
    yield body;
    exchange.handedOver = true;
  })();
}

/** undici's `HTTPParserError` has no code of its own. */
function codeOf(thrown: unknown): string {
  const error = toError(thrown);
  if ('code' in error && error.code !== undefined) return String(error.code);
  return error.name === 'HTTPParserError' ? error.name : '';
}
