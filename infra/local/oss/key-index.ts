/** Keys of one bucket with what is stored under them, in the service's order: by UTF-8 bytes. */

/** Compares as the bytes of both strings' UTF-8 would; JavaScript's own order differs beyond U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const xIsSurrogate = x >= 0xd800 && x <= 0xdfff;
    const yIsSurrogate = y >= 0xd800 && y <= 0xdfff;
    if (xIsSurrogate !== yIsSurrogate) return xIsSurrogate ? 1 : -1;
    return x - y;
  }
  return a.length - b.length;
}

/** A sorted map. Changing it costs a search and a move of array entries, listing costs what is listed. */
export class KeyIndex<T> {
  readonly #entries = new Map<string, T>();
  #sorted: string[] = [];

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key);
  }

  set(key: string, entry: T): void {
    if (!this.#entries.has(key)) this.#sorted.splice(this.#firstNotBefore(key), 0, key);
    this.#entries.set(key, entry);
  }

  delete(key: string): boolean {
    if (!this.#entries.delete(key)) return false;
    this.#sorted.splice(this.#firstNotBefore(key), 1);
    return true;
  }

  /** Keys from `start` (inclusive) on, in order. Not to be held across changes. */
  *keysFrom(start: string): Generator<string> {
    for (let i = this.#firstNotBefore(start); i < this.#sorted.length; i++) yield this.#sorted[i] ?? '';
  }

  #firstNotBefore(key: string): number {
    let from = 0;
    let to = this.#sorted.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compareKeys(this.#sorted[middle] ?? '', key) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
