/** Small requests about the cluster and its indices, for whoever cannot go on without the answer. */
import type { Clock } from '../../shared/clock.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import { classifyRequest } from './classify.ts';
import type { ServerReply } from './client/exchange.ts';
import type { SearchClient, SearchRequest } from './client/search-client.ts';

export interface QuestionBounds {
  readonly signal: AbortSignal;
  /** Of each request. */
  readonly timeoutMs: number;
}

export class Questions {
  constructor(
    private readonly client: SearchClient,
    private readonly bounds: QuestionBounds,
    private readonly clock: Clock,
  ) {}

  /** The answer, when it is a success or its status is among `accepted`.
   *  @throws FatalError or RetriableError, as `classifyRequest` says of any other */
  get(path: string, accepted: readonly number[] = []): Promise<ServerReply> {
    return this.#ask({ method: 'GET', path }, accepted);
  }

  /** As `get`; `body` is JSON text. */
  put(path: string, body: string, accepted: readonly number[] = []): Promise<ServerReply> {
    return this.#ask({ method: 'PUT', path, body }, accepted);
  }

  async #ask(
    request: Pick<SearchRequest, 'method' | 'path' | 'body'>,
    accepted: readonly number[],
  ): Promise<ServerReply> {
    const reply = await this.client.request({ ...request, ...this.bounds });
    if (reply.kind === 'reply' && (isSuccess(reply) || accepted.includes(reply.status))) return reply;
    const verdict = classifyRequest(reply, this.clock.now());
    const what = `${request.method} ${request.path}`;
    switch (verdict.kind) {
      case 'retry': {
        const { code, trouble, retryAfterMs } = verdict;
        throw new RetriableError(code, about(what, verdict), {
          trouble,
          ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        });
      }
      case 'fatal':
        throw new FatalError(verdict.code, about(what, verdict), { mayHeal: verdict.mayHeal });
      case 'split':
      case 'bisect':
        throw new FatalError(verdict.code, about(what, verdict));
      case 'items':
        throw new FatalError('ELASTICSEARCH_UNCLASSIFIED', `${what}: an answer that is not known to Spillway`);
      default:
        throw new Error(`unknown verdict ${JSON.stringify(verdict satisfies never)}`);
    }
  }
}

function isSuccess({ status }: ServerReply): boolean {
  return status >= 200 && status < 300;
}

/** What the tables say of a refusal, said of this request and not of a bulk. */
function about(what: string, { message }: { readonly message: string }): string {
  return `${what}: ${message.replace(/^bulk request: /, '')}`;
}
