/** Requests to a cluster, over the Elastic client with its own retries off. What came is answered and not judged. */
import { type BaseConnection, Client, errors } from '@elastic/elasticsearch';
import { FatalError } from '../../../shared/errors.ts';
import { Exchange, type Reply } from './exchange.ts';
import { NeutralTransport } from './neutral-transport.ts';
import { RevivingPool } from './reviving-pool.ts';

export interface SearchRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Escaped, below the prefix that a host's URL may have. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Default: JSON. */
  readonly contentType?: 'application/json' | 'application/x-ndjson';
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export interface SearchClientOptions {
  /** At least one; a path is put before that of every request. */
  readonly hosts: readonly URL[];
  /** How a node is reached: `nodeConnection`, or what records requests. */
  readonly connection: typeof BaseConnection;
  /** Value of the `Authorization` header, asked before each request; `undefined` for none.
   *  @throws FatalError when it cannot be had */
  readonly authorization: () => string | undefined;
  /** Bodies travel as gzip. */
  readonly compression: boolean;
}

/** Safe to call concurrently. */
export interface SearchClient {
  /** Never rejects for what the cluster or the network do.
   *  @throws FatalError when credentials or certificates cannot be looked up, or the client itself fails */
  request(request: SearchRequest): Promise<Reply>;
  /** Ends all connections, those in use included. */
  close(): Promise<void>;
}

/** A body goes out as it is: not parsed, not printed, not copied. A node that cannot be connected to is passed over at once for the next,
 *  since it surely did nothing; any other failure is answered, for the request may have been carried out. */
export class ElasticSearchClient implements SearchClient {
  readonly #options: SearchClientOptions;
  readonly #client: Client;

  constructor(options: SearchClientOptions) {
    this.#options = options;
    this.#client = new Client({
      nodes: options.hosts.map((url) => ({ url })),
      Connection: options.connection,
      ConnectionPool: RevivingPool,
      Transport: NeutralTransport,
      maxRetries: 0,
      compression: options.compression,
      enableMetaHeader: false,
      // Replies are only read; the search for `__proto__` costs as much as the parsing.
      disablePrototypePoisoningProtection: true,
    });
  }

  async request(request: SearchRequest): Promise<Reply> {
    let reply = await this.#try(request);
    for (let left = this.#options.hosts.length - 1; left > 0 && isForTheNext(reply); left--) {
      reply = await this.#try(request);
    }
    return reply;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #try({ method, path, query, body, contentType, signal, timeoutMs }: SearchRequest): Promise<Reply> {
    const exchange = new Exchange();
    const authorization = this.#options.authorization();
    const headers = {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      accept: 'application/json',
    };
    try {
      const {
        statusCode,
        body: parsed,
        headers: received,
      } = await this.#client.transport.request(
        {
          method,
          path,
          ...(query === undefined ? {} : { querystring: query }),
          ...(body === undefined ? {} : { body }),
        },
        { signal, requestTimeout: timeoutMs, context: { exchange }, headers, meta: true },
      );
      return { kind: 'reply', status: statusCode, headers: received, body: parsed, bodyIsFree: exchange.handedOver };
    } catch (thrown) {
      return replyOf(thrown, exchange);
    }
  }
}

function isForTheNext(reply: Reply): boolean {
  return reply.kind === 'network' && !reply.wasSent && reply.code !== 'ABORTED' && reply.code !== 'TIMEOUT';
}

/** The client throws for every status from 400 on. */
function replyOf(thrown: unknown, exchange: Exchange): Reply {
  if (thrown instanceof errors.ResponseError) {
    const { statusCode = 0, headers = {}, body } = thrown;
    return { kind: 'reply', status: statusCode, headers, body, bodyIsFree: exchange.handedOver };
  }
  const { failure, answer, handedOver: bodyIsFree } = exchange;
  if (failure?.cause instanceof FatalError) throw failure.cause;
  if (failure !== undefined) return failure;
  // A JSON content type, and something else behind it.
  if (answer !== undefined && thrown instanceof errors.DeserializationError) {
    return { kind: 'reply', ...answer, body: thrown.data, bodyIsFree };
  }
  // Aborted before it was sent.
  if (thrown instanceof errors.RequestAbortedError) {
    return { kind: 'network', code: 'ABORTED', cause: thrown, wasSent: false, node: '' };
  }
  throw new FatalError('ELASTICSEARCH_CLIENT_FAILED', 'the Elastic client failed outside of a request', {
    cause: thrown,
  });
}
