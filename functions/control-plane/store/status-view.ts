/** What the records of the status topic amount to, with what this worker put and nobody confirmed yet. Pure.
 *
 *  Of several records with one key the last in the topic counts. A put counts from the moment it is made, unless a worker of a newer generation
 *  said otherwise while this one listened; what was written before cannot be newer than this worker's own generation. */
import type { Status } from '../status-board.ts';
import { type StatusEntry, type StatusKey, statusKeyText } from './status-records.ts';

interface Read {
  readonly key: StatusKey;
  /** `null`: deleted by this worker, and not read back yet. */
  readonly entry: StatusEntry | null;
  readonly partition: number;
  readonly offset: number;
  readonly live: boolean;
  /** Its partition is read anew, and it was not there yet. */
  stale?: boolean;
}

/** What this worker said of a key; `null`: it is forgotten. */
export interface Put {
  readonly key: StatusKey;
  readonly entry: StatusEntry | null;
}

/** Where a record is, or was written. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

export class StatusView {
  /** By connector and key. */
  readonly #read = new Map<string, Map<string, Read>>();
  /** Not confirmed; they hide what was read. By connector and key. */
  readonly #pending = new Map<string, Map<string, Put>>();
  /** The last put of each key, for a topic that lost it. By key. */
  readonly #mine = new Map<string, Put>();

  /** Takes in a record of the topic; `entry` is null for one that deletes. */
  take(key: StatusKey, entry: StatusEntry | null, { partition, offset }: Place, live: boolean): void {
    const text = statusKeyText(key);
    const before = this.#read.get(key.connector)?.get(text);
    if (before !== undefined && before.stale !== true && !isNewer(entry, { partition, offset }, live, before)) return;
    if (entry === null) drop(this.#read, key.connector, text);
    else set(this.#read, key.connector, text, { key, entry, partition, offset, live });
    const put = this.#mine.get(text);
    if (put !== undefined && live && outranks(entry, put)) this.#forget(put);
  }

  /** The partition is read from its beginning again. */
  began(partition: number): void {
    for (const read of this.#reads()) if (read.partition === partition) read.stale = true;
  }

  /** What did not come again is gone. */
  reached(partition: number): void {
    for (const read of this.#reads())
      if (read.partition === partition && read.stale === true)
        drop(this.#read, read.key.connector, statusKeyText(read.key));
  }

  /** What this worker put and the last that counts is: to be put again where the topic lost it. */
  mine(): readonly Put[] {
    return [...this.#mine.values()].filter(({ entry }) => entry !== null);
  }

  /** @returns false where a worker of a newer generation said something else: then nothing is put */
  put(put: Put): boolean {
    const { connector } = put.key;
    const text = statusKeyText(put.key);
    const read = this.#read.get(connector)?.get(text);
    if (read?.live === true && outranks(read.entry, put)) return false;
    set(this.#pending, connector, text, put);
    this.#mine.set(text, put);
    return true;
  }

  /** Whether the put is still to be written: neither put over nor outranked. */
  isWanted(put: Put): boolean {
    return this.#pending.get(put.key.connector)?.get(statusKeyText(put.key)) === put;
  }

  /** The put is in the topic. */
  confirmed(put: Put, place: Place): void {
    const { key, entry } = put;
    const text = statusKeyText(key);
    if (this.isWanted(put)) drop(this.#pending, key.connector, text);
    if (entry === null && this.#mine.get(text) === put) this.#mine.delete(text);
    const read = this.#read.get(key.connector)?.get(text);
    if (read === undefined || read.stale === true || read.partition !== place.partition || read.offset < place.offset)
      set(this.#read, key.connector, text, { key, entry, ...place, live: true });
  }

  get(key: StatusKey): StatusEntry | undefined {
    const text = statusKeyText(key);
    const put = this.#pending.get(key.connector)?.get(text);
    return (put === undefined ? this.#read.get(key.connector)?.get(text)?.entry : put.entry) ?? undefined;
  }

  /** Those that anything is known of. */
  *connectors(): Generator<string> {
    for (const name of new Set([...this.#read.keys(), ...this.#pending.keys()]))
      if (this.of(name).next().done === false) yield name;
  }

  /** Everything that is known of a connector. */
  *of(connector: string): Generator<{ readonly key: StatusKey; readonly entry: StatusEntry }> {
    const pending = this.#pending.get(connector);
    for (const [text, { key, entry }] of this.#read.get(connector) ?? [])
      if (entry !== null && pending?.has(text) !== true) yield { key, entry };
    for (const { key, entry } of pending?.values() ?? []) if (entry !== null) yield { key, entry };
  }

  *#reads(): Generator<Read> {
    for (const reads of this.#read.values()) yield* reads.values();
  }

  #forget({ key }: Put): void {
    const text = statusKeyText(key);
    this.#mine.delete(text);
    drop(this.#pending, key.connector, text);
  }
}

function set<T>(into: Map<string, Map<string, T>>, connector: string, text: string, value: T): void {
  const found = into.get(connector);
  if (found === undefined) into.set(connector, new Map([[text, value]]));
  else found.set(text, value);
}

function drop<T>(from: Map<string, Map<string, T>>, connector: string, text: string): void {
  const found = from.get(connector);
  found?.delete(text);
  if (found?.size === 0) from.delete(connector);
}

/** Whether a record counts in place of what was read before. A key has another partition once partitions were added to the topic: offsets then say
 *  nothing, and what was there before anybody listened is told by its generation. */
function isNewer(entry: StatusEntry | null, { partition, offset }: Place, live: boolean, before: Read): boolean {
  if (before.partition === partition) return offset >= before.offset;
  if (live) return true;
  if (before.live || entry === null) return false;
  return (
    entry.kind !== 'status' ||
    before.entry?.kind !== 'status' ||
    entry.status.generation >= before.entry.status.generation
  );
}

/** Whether what was read beats a put of this worker. */
function outranks(read: StatusEntry | null, { entry }: Put): boolean {
  if (read?.kind !== 'status' || entry?.kind !== 'status') return false;
  const [other, own]: readonly [Status, Status] = [read.status, entry.status];
  return other.workerId !== own.workerId && other.generation > own.generation;
}
