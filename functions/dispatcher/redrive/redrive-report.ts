/** What a redrive did. */
import type { ErrorEntry } from './error-entry.ts';
import type { SettledStep } from './redrive-step.ts';

/** Failures that a report names one by one; all are counted. */
const NAMED_FAILURES = 100;

export interface NamedFailure {
  readonly partition: number;
  readonly offset: number;
  readonly outcome: 'failed' | 'returned' | 'foreign';
  readonly code: string;
  readonly message: string;
}

/** Records by what became of them in this run. */
export interface RedriveCounts {
  sent: number;
  /** By the connector's own policy. */
  dropped: number;
  parked: number;
  /** Refused again by the sink, and in the error topic anew. */
  returned: number;
  /** Left where they are. */
  failed: number;
  /** Not written by a connector, and left where they are. */
  foreign: number;
  /** Sent by an earlier run that was interrupted before it could say so. */
  sentBefore: number;
  /** Offsets that Kafka deleted before this run came to them. */
  deleted: number;
}

export interface RedriveReport extends RedriveCounts {
  readonly topic: string;
  /** Consumer group that keeps the position. */
  readonly group: string;
  /** Everything is done; otherwise the same command goes on. */
  readonly complete: boolean;
  /** The first hundred. */
  readonly failures: readonly NamedFailure[];
}

export class RedriveTally {
  readonly counts: RedriveCounts = {
    sent: 0,
    dropped: 0,
    parked: 0,
    returned: 0,
    failed: 0,
    foreign: 0,
    sentBefore: 0,
    deleted: 0,
  };
  readonly failures: NamedFailure[] = [];

  settled({ entry, outcome, failure }: SettledStep): void {
    this.counts[outcome]++;
    if (failure !== undefined && (outcome === 'failed' || outcome === 'returned')) this.#name(entry, outcome, failure);
  }

  foreign(entry: ErrorEntry): void {
    this.counts.foreign++;
    const message = 'its error headers are missing or malformed: nobody knows where it came from';
    this.#name(entry, 'foreign', { code: 'REDRIVE_FOREIGN_RECORD', message });
  }

  #name({ record }: ErrorEntry, outcome: NamedFailure['outcome'], reason: { code: string; message: string }): void {
    if (this.failures.length >= NAMED_FAILURES) return;
    const { partition, offset } = record;
    this.failures.push({ partition, offset, outcome, code: reason.code, message: reason.message });
  }
}
