/** What a sink answers: one outcome for every record of a batch. Silence is never success. */
import type { TopicPartition } from './topic-partition.ts';

/** `dropped` is only for what the user's own policy drops on purpose. */
export type OutcomeStatus = 'written' | 'dropped' | 'errant' | 'retry';

export interface RecordOutcome extends TopicPartition {
  readonly offset: number;
  readonly status: OutcomeStatus;
  /** Stable code of the reason; required for `errant` and `retry`. */
  readonly code?: string;
  readonly message?: string;
  readonly retryAfterMs?: number;
}

/** A whole batch written, or one outcome a record, in any order, each record exactly once. */
export type BatchOutcome =
  | { readonly all: 'written'; readonly count: number }
  | { readonly outcomes: readonly RecordOutcome[] };

/** No retry helps. With `scope` `partition` only the batch's partition stops, else the task fails; with `mayHeal` it restarts by itself. */
export interface FatalAnswer {
  readonly code: string;
  readonly message: string;
  readonly scope?: 'partition';
  readonly mayHeal?: true;
}

/** What goes over the wire back to the dispatcher. */
export type Answer = { readonly version: 1 } & (BatchOutcome | { readonly fatal: FatalAnswer });
