/** Slots of stream and upsert sessions: where the tunnel says that their data goes. The addresses lead nowhere, since all goes to the endpoint; a
 *  client has to name them. */

export interface Slot {
  readonly id: number;
  /** `ip:port`. */
  readonly server: string;
}

export class Slots {
  #count: number;
  #generation = 0;

  constructor(count: number) {
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  all(): Slot[] {
    return Array.from({ length: this.#count }, (_, id) => ({ id, server: this.server(id) }));
  }

  server(id: number): string {
    return `10.0.${this.#generation}.${id}:8080`;
  }

  /** Gives every slot another address, and the tunnel another number of them. */
  move(count = this.#count): void {
    this.#count = count;
    this.#generation++;
  }
}
