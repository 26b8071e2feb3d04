/** What replies of the server mean: for one record, and for a whole request. Decided by the tables of `reply/`, no I/O. */
import type { Trouble } from '../../shared/errors.ts';
import { networkFailureKind } from '../../shared/network-failure.ts';
import { retryAfterMs } from '../../shared/retry-after.ts';
import type { NetworkFailure, ServerReply } from './client/exchange.ts';
import { type BulkAction, type BulkItem, type BulkReply, hasError, readBulkReply } from './reply/bulk-reply.ts';
import { type DecisionRow, isOfTypes, TROUBLES } from './reply/decisions.ts';
import { type Condition, ITEM_TABLE, type ItemRow, UNCLASSIFIED_ITEM } from './reply/item-table.ts';
import {
  NETWORK_TABLE,
  NO_ITEMS,
  REQUEST_TABLE,
  type RequestRow,
  UNCLASSIFIED_REQUEST,
} from './reply/request-table.ts';
import { boundedLine, describeServerError, isObject, readServerError, type ServerError } from './reply/server-error.ts';

interface Reason {
  /** Stable, documented in `docs/errors.md`. */
  readonly code: string;
  /** The server's words and ours, on one line, of bounded length. Never an excerpt of the request. */
  readonly message: string;
}

/** What becomes of the record of an item; the words are those of `Decision`. Nothing that the server refused is ever `written`. */
export type ItemVerdict =
  | { readonly kind: 'written'; readonly stale?: true }
  | ({ readonly kind: 'errant' | 'race' | 'bisect' } & Reason)
  | ({ readonly kind: 'retry'; readonly trouble: Trouble } & Reason)
  | ({ readonly kind: 'fatal'; readonly mayHeal: boolean } & Reason);

/** What becomes of a request. `items`: each has its own verdict. `split` with `trouble`: what cannot be split any further waits; without, it
 *  is too large for this server. */
export type RequestVerdict =
  | { readonly kind: 'items'; readonly reply: BulkReply }
  | ({ readonly kind: 'bisect' } & Reason)
  | ({ readonly kind: 'split'; readonly trouble?: Trouble; readonly retryAfterMs?: number } & Reason)
  | ({ readonly kind: 'retry'; readonly trouble: Trouble; readonly retryAfterMs?: number } & Reason)
  | ({ readonly kind: 'fatal'; readonly mayHeal: boolean } & Reason);

/** What the verdict about an item depends on, besides the item. */
export interface ItemFacts {
  readonly action: BulkAction;
  /** The id is made of topic, partition and offset. */
  readonly hasOwnId: boolean;
  /** An external version was sent. */
  readonly isVersioned: boolean;
}

type Answer = Pick<ServerReply, 'kind' | 'status' | 'headers' | 'body'>;
type NoAnswer = Pick<NetworkFailure, 'kind' | 'code'>;

const WRITTEN: ItemVerdict = { kind: 'written' };
const STALE: ItemVerdict = { kind: 'written', stale: true };

const CONDITIONS: Readonly<Record<Condition, (facts: ItemFacts, item: BulkItem) => boolean>> = {
  'create, the id is our own': ({ action, hasOwnId }) => action === 'create' && hasOwnId,
  create: ({ action }) => action === 'create',
  versioned: ({ isVersioned }) => isVersioned,
  update: ({ action }) => action === 'update',
  delete: ({ action }) => action === 'delete',
  'failure_store is used': (_, { failure_store }) => failure_store === 'used',
};

/** The verdict about the record whose operation has this item. */
export function classifyItem(item: BulkItem, facts: ItemFacts): ItemVerdict {
  const error = hasError(item) ? (readServerError(item.error) ?? NO_WORDS) : undefined;
  const row = ITEM_TABLE.find((each) => fits(each, item, error, facts)) ?? UNCLASSIFIED_ITEM;
  if (row.decision === 'written') return WRITTEN;
  if (row.decision === 'stale') return STALE;
  const said = error === undefined ? '' : ` ${describeServerError(error)}`;
  return itemVerdict(row.decision, {
    code: row.code,
    message: `${facts.action} in ${nameOf(item)}: HTTP ${String(item.status)}${said}; ${row.why}`,
  });
}

/** The verdict about a request; `subject` says which one in messages. Of any request but a bulk one only what is no success may be asked.
 *  `nowMs` is our clock, epoch ms. */
export function classifyRequest(reply: Answer | NoAnswer, nowMs: number, subject = 'bulk request'): RequestVerdict {
  if (reply.kind === 'network') {
    const { code } = reply;
    const kind = networkFailureKind(code);
    const row = kind === undefined ? UNCLASSIFIED_REQUEST : NETWORK_TABLE[kind];
    return requestVerdict(row, `${subject}: no answer${code === '' ? '' : ` (${code})`}`);
  }
  const { status, headers, body } = reply;
  // Proxies, and OpenSearch's security plugin, answer text.
  const error = readServerError(isObject(body) ? body['error'] : body);
  const said = error === undefined ? '' : ` ${describeServerError(error)}`;
  const what = `${subject}: HTTP ${status}${said}`;
  if (status >= 200 && status <= 299) {
    const items = readBulkReply(body);
    return items === undefined ? requestVerdict(NO_ITEMS, what) : { kind: 'items', reply: items };
  }
  const row = REQUEST_TABLE.find(({ statuses, types }) => statuses.includes(status) && isOfTypes(types, error));
  return requestVerdict(row ?? UNCLASSIFIED_REQUEST, what, retryAfterMs(headers['retry-after'], nowMs));
}

/** An error that is neither text nor object: it is one all the same. */
const NO_WORDS: ServerError = { type: '', reason: '', causes: [] };

function fits(
  { statuses, types, when, says }: ItemRow,
  item: BulkItem,
  error: ServerError | undefined,
  facts: ItemFacts,
): boolean {
  if (typeof item.status !== 'number' || !statuses.includes(item.status) || !isOfTypes(types, error)) return false;
  if (when !== undefined && !CONDITIONS[when](facts, item)) return false;
  return says === undefined || (error !== undefined && says.some((lead) => error.reason.startsWith(lead)));
}

function nameOf({ _index }: BulkItem): string {
  return typeof _index === 'string' ? `index ${boundedLine(_index)}` : 'an index that the server does not name';
}

function itemVerdict(decision: Exclude<ItemRow['decision'], 'written' | 'stale'>, reason: Reason): ItemVerdict {
  switch (decision) {
    case 'errant':
    case 'race':
    case 'bisect':
      return { kind: decision, ...reason };
    case 'throttled':
    case 'unreachable':
      return { kind: 'retry', ...reason, trouble: TROUBLES[decision] };
    case 'fatal':
    case 'may-heal':
      return { kind: 'fatal', ...reason, mayHeal: decision === 'may-heal' };
    default:
      return decision satisfies never;
  }
}

function requestVerdict(
  { decision, code, why }: Pick<DecisionRow<RequestRow['decision']>, 'decision' | 'code' | 'why'>,
  what: string,
  waitMs?: number,
): RequestVerdict {
  const reason: Reason = { code, message: `${what}; ${why}` };
  const wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  switch (decision) {
    case 'bisect':
      return { kind: 'bisect', ...reason };
    case 'split':
      return { kind: 'split', ...reason };
    case 'split-or-wait':
      return { kind: 'split', ...reason, trouble: 'throttled', ...wait };
    case 'throttled':
    case 'unreachable':
    case 'timeout':
      return { kind: 'retry', ...reason, trouble: TROUBLES[decision], ...wait };
    case 'fatal':
    case 'may-heal':
      return { kind: 'fatal', ...reason, mayHeal: decision === 'may-heal' };
    default:
      return decision satisfies never;
  }
}
