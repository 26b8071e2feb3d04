/** The newest entries that fit into so many bytes of JSON. */
export class BoundedJournal<T extends object> {
  #entries: { entry: T; bytes: number }[] = [];
  #bytes = 0;

  constructor(
    private readonly maxBytes: number,
    entries: readonly T[] = [],
  ) {
    for (const entry of entries) this.add(entry);
  }

  /** Oldest first. */
  entries(): readonly T[] {
    return this.#entries.map(({ entry }) => entry);
  }

  /** The oldest go where there is no room. */
  add(entry: T): void {
    const bytes = sizeOf(entry);
    this.#entries.push({ entry, bytes });
    this.#bytes += bytes;
    this.#trim();
  }

  /** The newest of the last `within` entries that `matches`, changed into what `into` makes of it; it keeps its place.
   *  @returns false when none does */
  merge(within: number, matches: (entry: T) => boolean, into: (entry: T) => T): boolean {
    for (let at = this.#entries.length - 1; at >= Math.max(0, this.#entries.length - within); at--) {
      const found = this.#entries[at];
      if (found === undefined || !matches(found.entry)) continue;
      const entry = into(found.entry);
      const bytes = sizeOf(entry);
      this.#bytes += bytes - found.bytes;
      this.#entries[at] = { entry, bytes };
      this.#trim();
      return true;
    }
    return false;
  }

  #trim(): void {
    while (this.#bytes > this.maxBytes) {
      const oldest = this.#entries.shift();
      if (oldest === undefined) return;
      this.#bytes -= oldest.bytes;
    }
  }
}

/** With the comma behind it. */
function sizeOf(entry: object): number {
  return Buffer.byteLength(JSON.stringify(entry)) + 1;
}
