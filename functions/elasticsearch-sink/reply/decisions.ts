/** What is decided of a reply, as a table says it. */
import type { Trouble } from '../../../shared/errors.ts';

/** - `written`, `stale` (so is a later version of the document), `errant`: the record's end.
 *  - `throttled`, `unreachable`, `timeout`: sent again after a wait, endlessly; the word says what was the matter.
 *  - `race`: sent once more at once, and errant if it is refused again.
 *  - `bisect`: the request is at fault; its operations are sent again in halves, until the one to blame stands alone.
 *  - `split`: the same for its size. `split-or-wait`: what cannot be split any further is sent again after a wait.
 *  - `may-heal`: the task fails, and starts again by itself. `fatal`: it fails until a person acts. */
export type Decision =
  | 'written'
  | 'stale'
  | 'errant'
  | 'throttled'
  | 'unreachable'
  | 'timeout'
  | 'race'
  | 'bisect'
  | 'split'
  | 'split-or-wait'
  | 'fatal'
  | 'may-heal';

/** `none`: no error is told. `untyped`: an error without a type, as a proxy or the server's router gives it. */
export type Types = readonly string[] | 'any' | 'none' | 'untyped';

/** What every table of decisions has in a row. The first row that fits decides. */
export interface DecisionRow<D extends Decision> {
  readonly decision: D;
  /** Stable, documented in `docs/errors.md`; '' where nothing failed. */
  readonly code: string;
  /** What it means or what to do; ends the message. */
  readonly why: string;
  /** Where the server's code or documentation says so. */
  readonly source: string;
}

/** Where a row's decision is to wait, what was the matter. */
export const TROUBLES: Readonly<Record<'throttled' | 'unreachable' | 'timeout', Trouble>> = {
  throttled: 'throttled',
  unreachable: 'unreachable',
  timeout: 'timeout',
};

/** Whether an error of this type is one of `types`. */
export function isOfTypes(types: Types, error: { readonly type: string } | undefined): boolean {
  if (types === 'any') return true;
  if (types === 'none') return error === undefined;
  if (types === 'untyped') return error === undefined || error.type === '';
  return error !== undefined && types.includes(error.type);
}

/** Elasticsearch's sources, from the package `org.elasticsearch` on. */
export const SERVER = 'https://github.com/elastic/elasticsearch/blob/v8.19.0/server/src/main/java/org/elasticsearch/';

/** Of items and of requests alike. */
export const ACCESS_DENIED = {
  decision: 'may-heal',
  code: 'ELASTICSEARCH_ACCESS_DENIED',
  why: 'give the user or API key the rights that the reason names',
  source: `${SERVER}ElasticsearchSecurityException.java`,
} as const satisfies DecisionRow<Decision>;

/** Nodes that stop or are lost while they have a request, of items and of requests alike. */
export const NODE_LOST: readonly string[] = [
  'node_closed_exception',
  'node_disconnected_exception',
  'node_not_connected_exception',
  'connect_transport_exception',
  'receive_timeout_transport_exception',
];

/** Of items and of requests alike. */
export const INDEX_MISSING = {
  decision: 'may-heal',
  code: 'ELASTICSEARCH_INDEX_MISSING',
  why: 'create the index, alias or data stream, or correct elasticsearch.index',
  source: `${SERVER}index/IndexNotFoundException.java`,
} as const satisfies DecisionRow<Decision>;
