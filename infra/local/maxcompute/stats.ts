/** What was asked of the stand-in. */
import type { OperationName } from './operation-name.ts';

/** Counts since the start. */
export interface MaxComputeStats {
  /** All requests but those to the admin pages. */
  readonly requests: number;
  readonly byOperation: Readonly<Partial<Record<OperationName, number>>>;
  /** Answers by status; `0` counts those that a fault swallowed. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** Refusals by the service's code. */
  readonly byErrorCode: Readonly<Record<string, number>>;
  readonly faults: number;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** Counts requests and answers. */
export class Stats {
  #requests = 0;
  #faults = 0;
  readonly #byOperation: Record<string, number> = {};
  readonly #byStatus: Record<string, number> = {};
  readonly #byErrorCode: Record<string, number> = {};

  request(): void {
    this.#requests++;
  }

  operation(name: OperationName): void {
    count(this.#byOperation, name);
  }

  answer(status: number, errorCode?: string): void {
    count(this.#byStatus, String(status));
    if (errorCode !== undefined) count(this.#byErrorCode, errorCode);
  }

  fault(): void {
    this.#faults++;
  }

  snapshot(): MaxComputeStats {
    return {
      requests: this.#requests,
      byOperation: { ...this.#byOperation },
      byStatus: { ...this.#byStatus },
      byErrorCode: { ...this.#byErrorCode },
      faults: this.#faults,
    };
  }
}
