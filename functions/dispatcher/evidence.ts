/** What tells a record that makes a function hang from a function whose own target hangs: answers to other records in between. */

/** One a partition, shared by its deliveries. An answer counts where it settled a record. */
export class Evidence {
  #answers = 0;
  #used = 0;

  /** The function answered and settled at least one record. */
  answered(): void {
    this.#answers++;
  }

  /** A moment to ask about later. */
  now(): number {
    return this.#answers;
  }

  /** Whether the function answered after `moment`, and after the last answer that `use` relied on. */
  since(moment: number): boolean {
    return this.#answers > Math.max(moment, this.#used);
  }

  /** A record is taken for errant because of the answers so far. The next one needs an answer of its own: otherwise a target that begins to
   *  hang half way would send one record after the other to the error topic. */
  use(): void {
    this.#used = this.#answers;
  }
}
