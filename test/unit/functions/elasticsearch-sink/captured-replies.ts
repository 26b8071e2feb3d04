/** Replies of seven servers as they came over the wire, each with its request; `INDEX.tsv` beside them gives an overview. */
import { readdirSync, readFileSync } from 'node:fs';
import type { ItemFacts } from '../../../../functions/elasticsearch-sink/classify.ts';
import {
  BULK_ACTIONS,
  type BulkAction,
  type BulkReply,
} from '../../../../functions/elasticsearch-sink/reply/bulk-reply.ts';
import type { SentOperation } from '../../../../functions/elasticsearch-sink/reply/match-items.ts';

const FOLDER = new URL('../../../fixtures/replies/search/', import.meta.url);

interface CapturedFile {
  readonly server: string;
  readonly case: string;
  readonly request?: { readonly path: string; readonly body?: string };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly socketError?: { readonly code: string };
}

export interface CapturedReply {
  /** `es8-mapping-error`; `case` is without the server. */
  readonly name: string;
  readonly server: string;
  readonly case: string;
  readonly path: string;
  /** What was sent; absent where nothing was, or where it is not kept as text. */
  readonly sent: string | undefined;
  readonly reply:
    | {
        readonly kind: 'reply';
        readonly status: number;
        readonly headers: Readonly<Record<string, string>>;
        readonly body: unknown;
      }
    | { readonly kind: 'network'; readonly code: string };
}

export type CapturedOperation = SentOperation & ItemFacts;

/** All of them, by name. */
export function capturedReplies(): readonly CapturedReply[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
  return names.sort().map((file) => capturedReply(file.slice(0, -'.json'.length)));
}

export function capturedReply(name: string): CapturedReply {
  const file: CapturedFile = JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));
  const { server, status = 0, headers = {}, body, request, socketError } = file;
  return {
    name,
    server,
    case: name.slice(server.length + 1),
    path: request?.path ?? '',
    sent: request?.body,
    reply:
      socketError === undefined
        ? { kind: 'reply', status, headers, body }
        : { kind: 'network', code: socketError.code },
  };
}

/** The operations of a captured bulk request, in order. Where the capture keeps only the beginning of the request, those of the items, which
 *  these servers gave in order. An action that is none (ours are) counts as `index`. */
export function sentOperations({ path, sent = '' }: CapturedReply, reply: BulkReply): readonly CapturedOperation[] {
  const defaultIndex = /^\/([^/_][^/]*)\/_bulk/.exec(path)?.[1] ?? '';
  if (!sent.startsWith('{') || /<\d+ chars>$/.test(sent)) {
    return reply.items.map(({ _id }, at) => operation(reply.actions[at] ?? 'index', { _id }, defaultIndex));
  }
  const operations: CapturedOperation[] = [];
  const lines = sent.split('\n');
  for (let at = 0; at < lines.length && lines[at] !== ''; at++) {
    const [[action, meta] = ['', {}]] = Object.entries(JSON.parse(lines[at] ?? '') as Record<string, object>);
    const known = BULK_ACTIONS.find((each) => each === action);
    operations.push(operation(known ?? 'index', meta, defaultIndex));
    if (action !== 'delete') at++;
  }
  return operations;
}

/** Of a `create`, the id counts as made of topic, partition and offset. */
function operation(action: BulkAction, meta: object, defaultIndex: string): CapturedOperation {
  const { _id, _index, version } = meta as { _id?: unknown; _index?: unknown; version?: unknown };
  return {
    action,
    index: typeof _index === 'string' ? _index : defaultIndex,
    id: typeof _id === 'string' ? _id : undefined,
    hasOwnId: action === 'create' && _id !== undefined,
    isVersioned: version !== undefined,
  };
}
