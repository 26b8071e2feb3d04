/** What the tunnel answers about an upsert session. */
import { isHashed } from './bucket-hash.ts';
import type { RawReply } from './exchange.ts';
import { documentOf, notUnderstood } from './odps-connection.ts';
import { type Column, isObject, readSchema, type TableSchema } from './table-schema.ts';

const STATUSES = ['normal', 'committing', 'committed', 'expired', 'critical', 'aborted'] as const;

/** As the tunnel names them, in small letters; `unknown` for what it may name some day. */
export type UpsertStatus = (typeof STATUSES)[number] | 'unknown';

export interface UpsertSlot {
  readonly id: string;
  /** Where it is at present. */
  server: string;
}

export interface UpsertDescription {
  readonly id: string;
  readonly status: UpsertStatus;
  readonly schema: TableSchema;
  readonly hashColumns: readonly Column[];
  /** By the number of the bucket; at least one. */
  readonly slotOfBucket: readonly UpsertSlot[];
}

/** @throws OdpsError when it is not one */
export function describeUpsert(reply: RawReply, action: string): UpsertDescription {
  const { id, status, schema, hash_key: hashKey, hasher, slots } = documentOf(reply, action);
  const columns = readSchema(schema);
  if (typeof id !== 'string' || id === '' || columns === undefined) {
    throw notUnderstood(reply, action, 'the answer describes no upsert session');
  }
  const slotOfBucket = readSlots(slots);
  if (slotOfBucket === undefined) throw notUnderstood(reply, action, 'the answer has no slot for some bucket');
  const hashColumns = columnsNamed(columns, hashKey);
  if (hashColumns === undefined)
    throw notUnderstood(reply, action, 'the answer names no columns that rows are spread by');
  // Any other spreads rows in a way that we do not know.
  if (hasher !== undefined && hasher !== 'default' && slotOfBucket.length > 1) {
    throw notUnderstood(reply, action, `the table spreads its rows with ${String(hasher)}`);
  }
  const unhashed = hashColumns.find(({ type }) => !isHashed(type));
  if (unhashed !== undefined && slotOfBucket.length > 1) {
    throw notUnderstood(reply, action, `the table spreads its rows by ${unhashed.name}, a ${unhashed.type.kind}`);
  }
  const word = String(status).toLowerCase();
  return {
    id,
    status: STATUSES.find((known) => known === word) ?? 'unknown',
    schema: columns,
    hashColumns,
    slotOfBucket,
  };
}

function columnsNamed({ columns }: TableSchema, names: unknown): Column[] | undefined {
  if (!Array.isArray(names)) return undefined;
  const found = names.map((name) => columns.find((column) => column.name.toLowerCase() === String(name).toLowerCase()));
  return found.every((column) => column !== undefined) ? found : undefined;
}

/** `[{"slot_id":"0","worker_addr":"10.0.0.1:80","buckets":[0,1]}]`: buckets are numbered without gaps. */
function readSlots(list: unknown): UpsertSlot[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const slotOfBucket: UpsertSlot[] = [];
  let count = 0;
  for (const document of list) {
    if (!isObject(document)) return undefined;
    const { slot_id: id, worker_addr: server, buckets } = document;
    if (typeof server !== 'string' || !/^[^:]/.test(server) || !Array.isArray(buckets)) return undefined;
    const slot = { id: String(id), server };
    for (const bucket of buckets) {
      slotOfBucket[Number(bucket)] = slot;
      count += 1;
    }
  }
  return count > 0 && slotOfBucket.length === count ? slotOfBucket : undefined;
}
