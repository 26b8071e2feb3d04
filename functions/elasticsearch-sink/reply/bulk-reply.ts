/** The answer to a bulk request, as it came: nothing is copied, since there is an item for each record. */
import { isObject } from './server-error.ts';

export const BULK_ACTIONS = ['index', 'create', 'update', 'delete'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** What the server says of one operation. Fields are as they came: absent under `filter_path`, of any type from a proxy.
 *  Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-bulk */
export interface BulkItem {
  /** The concrete index where the document was written, or for some failures the name that was asked for. */
  readonly _index?: unknown;
  /** `null` or `auto-generated` where a pipeline ended what had no id. */
  readonly _id?: unknown;
  readonly status?: unknown;
  readonly result?: unknown;
  readonly _version?: unknown;
  /** `used`: the document is in the failure store of its data stream, and not in the data stream. */
  readonly failure_store?: unknown;
  readonly error?: unknown;
}

/** Two lists of equal length, in the order of the answer. */
export interface BulkReply {
  readonly actions: readonly BulkAction[];
  readonly items: readonly BulkItem[];
}

/** Reads the parsed body of an answer; `undefined` when that is no answer to a bulk request. */
export function readBulkReply(body: unknown): BulkReply | undefined {
  if (!isObject(body) || !Array.isArray(body['items'])) return undefined;
  const actions: BulkAction[] = [];
  const items: BulkItem[] = [];
  for (const entry of body['items'] as readonly unknown[]) {
    if (!isObject(entry)) return undefined;
    const action = actionOf(entry);
    const item = action === undefined ? undefined : entry[action];
    if (action === undefined || !isObject(item)) return undefined;
    actions.push(action);
    items.push(item);
  }
  return { actions, items };
}

/** A pipeline of the user's dropped the document: nothing was written, on purpose.
 *  Source: `markItemAsDropped` of Elasticsearch's `BulkRequestModifier`; `_version` -3 is its `MATCH_ANY`. */
export function isDropped({ result, _version }: BulkItem): boolean {
  return result === 'noop' && _version === -3;
}

export function hasError({ error }: BulkItem): boolean {
  return error !== undefined && error !== null;
}

function actionOf(entry: Readonly<Record<string, unknown>>): BulkAction | undefined {
  for (const action of BULK_ACTIONS) if (Object.hasOwn(entry, action)) return action;
  return undefined;
}
