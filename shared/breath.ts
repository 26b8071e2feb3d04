/** Keeps one turn of the event loop short: heartbeats, commits and answers wait for its end. */

/** A turn of this length is long enough. A unit of work may come on top. */
const LONGEST_TURN_MS = 10;

/** Counts the turns of this process's event loop. Shared by all that work in it: each alone would take its time. */
export class Breath {
  /** When the present turn was first asked about; undefined in one that nobody asked about yet. */
  #turnBeganAt: number | undefined;
  readonly #waiting: (() => void)[] = [];

  /** @param now milliseconds that only grow
   *  @param nextTurn calls back in a later turn, in the order of the calls */
  constructor(
    private readonly now: () => number,
    private readonly nextTurn: (callback: () => void) => void,
  ) {}

  /** As `Clock.breath`. */
  take(): Promise<void> | undefined {
    const now = this.now();
    if (this.#turnBeganAt === undefined) {
      this.#turnBeganAt = now;
      this.nextTurn(() => this.#turn());
    }
    // Who waits already goes first.
    if (this.#waiting.length === 0 && now - this.#turnBeganAt < LONGEST_TURN_MS) return undefined;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** One a turn goes on, and takes as much of it as it needs. */
  #turn(): void {
    this.#turnBeganAt = undefined;
    const goOn = this.#waiting.shift();
    if (goOn === undefined) return;
    this.#turnBeganAt = this.now();
    this.nextTurn(() => this.#turn());
    goOn();
  }
}
