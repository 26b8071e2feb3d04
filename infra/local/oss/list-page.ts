/** One page of a listing: what is stored under keys, in their order, with keys that share a prefix rolled up. */
import { invalidArgument } from './errors.ts';
import { compareKeys } from './key-index.ts';
import type { OssRequest } from './request.ts';

/** One entry a key in a listing of objects; several in listings of versions and uploads. */
export interface Listed<T> {
  readonly key: string;
  readonly entry: T;
}

export interface Page<T> {
  readonly entries: readonly Listed<T>[];
  readonly commonPrefixes: readonly string[];
  /** The last key or common prefix of this page, with its entry, where more follow. */
  readonly truncatedAfter: { readonly key: string; readonly entry?: T } | undefined;
}

export interface PageRequest<T> {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  /** Key or common prefix the page comes after. */
  readonly after: string;
  /** Entries of the key `after` that are still to come; none when absent. */
  readonly restOf?: (entries: readonly T[]) => readonly T[];
}

interface Keys<T> {
  get(key: string): T | undefined;
  keysFrom(start: string): Iterable<string>;
}

/** Past every key that begins with `prefix`: no valid text holds this code point at that place. */
const AFTER_ALL = '\u{10ffff}';

/** Reads one page of what `keys` hold, which `entriesOf` takes apart. */
export function readPage<S, T>(
  keys: Keys<S>,
  entriesOf: (stored: S) => readonly T[],
  request: PageRequest<T>,
): Page<T> {
  const { prefix, delimiter, after, maxKeys, restOf } = request;
  const entries: Listed<T>[] = [];
  const commonPrefixes: string[] = [];
  let last: { readonly key: string; readonly entry?: T } = { key: '' };
  const isFull = () => entries.length + commonPrefixes.length === maxKeys;
  let start = compareKeys(after, prefix) > 0 ? after : prefix;
  for (;;) {
    let skipTo: string | undefined;
    for (const key of keys.keysFrom(start)) {
      if (!key.startsWith(prefix)) return { entries, commonPrefixes, truncatedAfter: undefined };
      const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      if (cut >= 0) {
        const commonPrefix = key.slice(0, cut + delimiter.length);
        skipTo = commonPrefix + AFTER_ALL;
        // One that was told before, or that holds the key to go on after: its other keys may be still to come.
        if (commonPrefix === after) break;
        if (key === after) {
          skipTo = undefined;
          continue;
        }
        if (isFull()) return { entries, commonPrefixes, truncatedAfter: last };
        last = { key: commonPrefix };
        commonPrefixes.push(commonPrefix);
        break;
      }
      const stored = keys.get(key);
      const all = stored === undefined ? [] : entriesOf(stored);
      for (const entry of key === after ? (restOf?.(all) ?? []) : all) {
        if (isFull()) return { entries, commonPrefixes, truncatedAfter: last };
        last = { key, entry };
        entries.push(last as Listed<T>);
      }
    }
    if (skipTo === undefined) return { entries, commonPrefixes, truncatedAfter: undefined };
    start = skipTo;
  }
}

/** A number of entries from the query: `max-keys`, `max-uploads`, `max-parts`. An empty parameter counts as absent.
 *  @throws OssError `InvalidArgument` */
export function readLimit({ query }: OssRequest, name: string, ifAbsent: number): number {
  const text = query.get(name) || String(ifAbsent);
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= 1000) return limit;
  throw invalidArgument(`Argument ${name} must be an integer between 1 and 1000.`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}
