/** Which item of an answer is about which operation of the request. Positions alone do not tell:
 *  - Elasticsearch 7 leaves out what it does not understand, so that there are fewer items than operations;
 *  - what a pipeline dropped and what it failed stand in each other's places in OpenSearch 3.6, and in Elasticsearch before 8.13 where
 *    processors are asynchronous (https://github.com/elastic/elasticsearch/issues/101921). What was sent on to a shard stands where it
 *    belongs: it is put into its slot among those others, in `wrapActionListenerIfNeeded` of `BulkRequestModifier`.
 *
 *  `_index` need not be the index that was asked for: an alias answers with its concrete index, a data stream with a backing index. */
import { type BulkAction, type BulkItem, type BulkReply, hasError, isDropped } from './bulk-reply.ts';

/** What of an operation tells which item is its own. */
export interface SentOperation {
  readonly action: BulkAction;
  readonly index: string;
  /** Absent where the server makes one. */
  readonly id: string | undefined;
}

/** An operation's item; or `missing`: no item can be said to be its own; or `ambiguous`: it was dropped or refused by a pipeline, as were
 *  others of which it cannot be told apart, and nothing was written. Alone in a request it is told apart. */
export type ItemMatch = BulkItem | 'missing' | 'ambiguous';

/** One match for each operation, in their order. Several operations on one document have its items in order. */
export function matchItems(operations: readonly SentOperation[], reply: BulkReply): readonly ItemMatch[] {
  const isMixed = reply.items.some(isDropped) && reply.items.some(hasError);
  if (!isMixed && standInPlace(operations, reply)) return reply.items;
  return new Matching(operations, reply).matches(isMixed);
}

/** The usual case; nothing is allocated for a record. */
function standInPlace(operations: readonly SentOperation[], { actions, items }: BulkReply): boolean {
  if (items.length !== operations.length) return false;
  const asked = new Set<unknown>();
  for (const { index } of operations) asked.add(index);
  return operations.every(({ action, index, id }, at) => {
    const item = items[at];
    if (item === undefined || actions[at] !== action) return false;
    return (item._id === id || id === undefined) && (item._index === index || !isOther(asked, item._index));
  });
}

function isOther(asked: ReadonlySet<unknown>, index: unknown): boolean {
  return asked.size > 1 && asked.has(index);
}

class Matching {
  readonly #operations: readonly SentOperation[];
  readonly #reply: BulkReply;
  /** Position of the item of each operation. */
  readonly #itemOf = new Map<number, number>();
  readonly #taken = new Set<number>();
  /** Indices that were asked for, by id: an item that names one of those is about that one. */
  readonly #indicesOf = new Map<string, Set<string>>();

  constructor(operations: readonly SentOperation[], reply: BulkReply) {
    this.#operations = operations;
    this.#reply = reply;
    for (const { id, index } of operations) {
      if (id !== undefined) this.#indicesOf.set(id, (this.#indicesOf.get(id) ?? new Set()).add(index));
    }
  }

  matches(isMixed: boolean): ItemMatch[] {
    const isWhole = this.#reply.items.length === this.#operations.length;
    if (isWhole) this.#matchInPlace();
    this.#matchById();
    if (isWhole) this.#matchNameless();
    const doubtful = isMixed ? this.#doubtful() : new Set<number>();
    return this.#operations.map((_, at) => {
      if (doubtful.has(at)) return 'ambiguous';
      const position = this.#itemOf.get(at);
      return (position === undefined ? undefined : this.#reply.items[position]) ?? 'missing';
    });
  }

  #matchInPlace(): void {
    this.#operations.forEach((operation, at) => {
      const item = this.#reply.items[at];
      if (item !== undefined && this.#isOfAction(operation, at) && this.#isAbout(operation, item)) this.#match(at, at);
    });
  }

  #matchById(): void {
    const operationsOf = groupsOf(this.#operations, ({ id }, at) => (this.#itemOf.has(at) ? undefined : id));
    const itemsOf = groupsOf(this.#reply.items, ({ _id }, at) =>
      typeof _id === 'string' && !this.#taken.has(at) ? _id : undefined,
    );
    for (const [id, operations] of operationsOf) {
      this.#matchInOrder(operations, itemsOf.get(id) ?? []);
    }
  }

  /** What a pipeline ended. Inside an update it works on a document that has no id. */
  #matchNameless(): void {
    const operations = [...this.#operations.keys()].filter((at) => {
      const { id, action } = this.#operations[at] ?? {};
      return !this.#itemOf.has(at) && (id === undefined || action === 'update');
    });
    const items = [...this.#reply.items.keys()].filter((position) => {
      const item = this.#reply.items[position];
      return item !== undefined && !this.#taken.has(position) && isNameless(item);
    });
    this.#matchInOrder(operations, items);
  }

  /** Positions of operations and of items that look alike, but perhaps for their index. */
  #matchInOrder(operations: readonly number[], items: readonly number[]): void {
    // One of them is left out, and nobody knows which.
    if (items.length !== operations.length) return;
    for (const isOwn of [this.#isAbout.bind(this), () => true]) {
      for (const at of operations) this.#matchFirst(at, items, isOwn);
    }
  }

  #matchFirst(
    at: number,
    items: readonly number[],
    isOwn: (operation: SentOperation, item: BulkItem) => boolean,
  ): void {
    const operation = this.#operations[at];
    if (operation === undefined || this.#itemOf.has(at)) return;
    const found = items.find((position) => {
      const item = this.#reply.items[position];
      if (item === undefined || this.#taken.has(position)) return false;
      return this.#isOfAction(operation, position) && isOwn(operation, item);
    });
    if (found !== undefined) this.#match(at, found);
  }

  #match(at: number, position: number): void {
    this.#itemOf.set(at, position);
    this.#taken.add(position);
  }

  #isAbout({ id, index }: SentOperation, { _id, _index }: BulkItem): boolean {
    // The server's own id: any that is not another operation's.
    if (id === undefined) return !(typeof _id === 'string' && this.#indicesOf.has(_id));
    if (_id !== id) return false;
    return _index === index || !(typeof _index === 'string' && this.#indicesOf.get(id)?.has(_index));
  }

  /** What a pipeline ended of an update has the action of the document inside. */
  #isOfAction({ action }: SentOperation, position: number): boolean {
    const answered = this.#reply.actions[position];
    return answered === action || (action === 'update' && answered === 'index');
  }

  /** Operations that look alike, of which some were dropped and some failed. */
  #doubtful(): ReadonlySet<number> {
    const doubtful = new Set<number>();
    const alike = groupsOf(this.#operations, ({ id, index }, at) => {
      const position = this.#itemOf.get(at);
      const item = position === undefined ? undefined : this.#reply.items[position];
      if (item === undefined || !(isDropped(item) || hasError(item))) return undefined;
      return id === undefined || isNameless(item) ? '' : JSON.stringify([index, id]);
    });
    for (const group of alike.values()) {
      const dropped = group.filter((at) => isDropped(this.#reply.items[this.#itemOf.get(at) ?? -1] ?? {}));
      if (dropped.length === 0 || dropped.length === group.length) continue;
      for (const at of group) doubtful.add(at);
    }
    return doubtful;
  }
}

/** What a pipeline ended before it had an id. */
function isNameless({ _id }: BulkItem): boolean {
  return _id === null || _id === 'auto-generated';
}

/** Positions by key, in order; those without a key in none. */
function groupsOf<T>(
  all: readonly T[],
  keyOf: (one: T, at: number) => string | undefined,
): ReadonlyMap<string, number[]> {
  const groups = new Map<string, number[]>();
  all.forEach((one, at) => {
    const key = keyOf(one, at);
    if (key === undefined) return;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [at]);
    else group.push(at);
  });
  return groups;
}
