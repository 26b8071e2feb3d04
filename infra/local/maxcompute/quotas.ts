/** Limits that the service sets each table. Source: the help page "Limits" of MaxCompute Tunnel. */
import { throttled } from './errors.ts';

/** Numbers of the limits; the service's own are the default. */
export interface Quotas {
  /** Upload sessions created in five minutes. */
  readonly sessionsPerFiveMinutes: number;
  /** Blocks uploaded in five minutes. */
  readonly blocksPerFiveMinutes: number;
  /** Commits in 15 seconds. */
  readonly commitsPerFifteenSeconds: number;
  readonly commitsAtOnce: number;
}

export const SERVICE_QUOTAS: Quotas = {
  sessionsPerFiveMinutes: 500,
  blocksPerFiveMinutes: 500,
  commitsPerFifteenSeconds: 75,
  commitsAtOnce: 32,
};

const FIVE_MINUTES_MS = 300_000;
const FIFTEEN_SECONDS_MS = 15_000;

interface Uses {
  readonly sessions: number[];
  readonly blocks: number[];
  readonly commits: number[];
  committing: number;
}

/** Counts what each table had. */
export class QuotaMeter {
  readonly #quotas: Quotas;
  readonly #clock: () => number;
  readonly #byTable = new Map<string, Uses>();

  constructor(quotas: Quotas, clock: () => number) {
    this.#quotas = quotas;
    this.#clock = clock;
  }

  /** @throws MaxComputeError 429 when the table had its share */
  session(tableId: string): void {
    const { sessionsPerFiveMinutes: most } = this.#quotas;
    this.#count(this.#uses(tableId).sessions, FIVE_MINUTES_MS, most, 'upload sessions in 5 minutes');
  }

  /** @throws MaxComputeError 429 when the table had its share */
  block(tableId: string): void {
    this.#count(this.#uses(tableId).blocks, FIVE_MINUTES_MS, this.#quotas.blocksPerFiveMinutes, 'blocks in 5 minutes');
  }

  /** Runs a commit.
   *  @throws MaxComputeError 429 when the table had its share, or has too many at once */
  async commit<T>(tableId: string, run: () => Promise<T>): Promise<T> {
    const { commitsAtOnce, commitsPerFifteenSeconds } = this.#quotas;
    const uses = this.#uses(tableId);
    if (uses.committing >= commitsAtOnce)
      throw throttled('SlotExceeded', `More than ${commitsAtOnce} commits at once.`);
    this.#count(uses.commits, FIFTEEN_SECONDS_MS, commitsPerFifteenSeconds, 'commits in 15 seconds');
    uses.committing++;
    try {
      return await run();
    } finally {
      uses.committing--;
    }
  }

  #uses(tableId: string): Uses {
    const found = this.#byTable.get(tableId);
    if (found !== undefined) return found;
    const made: Uses = { sessions: [], blocks: [], commits: [], committing: 0 };
    this.#byTable.set(tableId, made);
    return made;
  }

  #count(times: number[], windowMs: number, most: number, what: string): void {
    const now = this.#clock();
    while (times.length > 0 && (times[0] ?? now) <= now - windowMs) times.shift();
    if (times.length >= most) throw throttled('FlowExceeded', `The table has had ${most} ${what}, which is its limit.`);
    times.push(now);
  }
}
