/** A cluster that answers as a test says. */
import type { Reply } from '../../../../functions/elasticsearch-sink/client/exchange.ts';
import type { SearchClient, SearchRequest } from '../../../../functions/elasticsearch-sink/client/search-client.ts';

/** A line of a bulk request, and the document behind it. */
export interface SentOperation {
  readonly action: string;
  readonly id: string | undefined;
  readonly document: unknown;
}

export interface SentBulk {
  readonly operations: readonly SentOperation[];
  readonly bytes: number;
}

/** What becomes of an operation: a status, with the type and reason of an error from 400 on. */
export type Fate = number | readonly [status: number, type: string, reason?: string];

type Answer = Reply | ((bulk: SentBulk) => Reply | Promise<Reply>);

/** Questions about server and indices are answered as a new and empty cluster does; bulk requests by `answer`. */
export class ScriptedClient implements SearchClient {
  readonly bulks: SentBulk[] = [];
  readonly asked: string[] = [];
  isClosed = false;
  /** Answers to questions, by method and path. */
  readonly answers = new Map<string, Reply>();

  constructor(private readonly answer: Answer) {}

  async request({ method, path, body }: SearchRequest): Promise<Reply> {
    if (path !== '/_bulk') {
      this.asked.push(`${method} ${path}`);
      return this.answers.get(`${method} ${path}`) ?? standardAnswer(path);
    }
    const bulk = { operations: [...operationsOf(body as Buffer)], bytes: (body as Buffer).length };
    this.bulks.push(bulk);
    return typeof this.answer === 'function' ? await this.answer(bulk) : this.answer;
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

export function reply(status: number, body: unknown = '', headers: Record<string, string> = {}): Reply {
  return { kind: 'reply', status, headers, body, bodyIsFree: true };
}

export function noAnswer(code: string, wasSent = true): Reply {
  return { kind: 'network', code, cause: new Error(code), wasSent, node: 'http://node' };
}

export const errorBody = (type: string, reason = 'because') => ({ error: { type, reason } });

/** An answer to a bulk request: for each operation what `fateOf` says. */
export function itemsOf({ operations }: SentBulk, fateOf: (operation: SentOperation) => Fate = () => 201): Reply {
  const items = operations.map((operation) => {
    const fate = fateOf(operation);
    const [status, type, reason = 'because'] = typeof fate === 'number' ? [fate] : fate;
    const error = type === undefined ? {} : { error: { type, reason } };
    return { [operation.action]: { _index: 'orders', _id: operation.id ?? 'made', status, ...error } };
  });
  return reply(200, { errors: false, items });
}

function standardAnswer(path: string): Reply {
  if (path !== '/') return reply(404);
  return reply(200, { version: { number: '8.19.2' }, tagline: 'You Know, for Search' });
}

function* operationsOf(body: Buffer): Generator<SentOperation> {
  const lines = body.toString('utf8').trimEnd().split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [[action, { _id }] = ['', {}]] = Object.entries(
      JSON.parse(lines[at] ?? '') as Record<string, { readonly _id?: string }>,
    );
    yield { action, id: _id, document: action === 'delete' ? undefined : JSON.parse(lines[++at] ?? '') };
  }
}
