/** Nonces of requests that were let in: a request that is sent twice, byte for byte, is a replay. */

const MOST_KEPT = 100_000;

/** Remembers the newest. */
export class NonceMemory {
  readonly #known = new Set<string>();

  /** True for a nonce that was not seen before; it is known from then on. */
  isNew(nonce: string): boolean {
    if (this.#known.has(nonce)) return false;
    this.#known.add(nonce);
    const [oldest] = this.#known;
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
    return true;
  }
}
