/** Records that cannot be delivered, and where they go. */
import type { RecordBlock } from './records.ts';

/** Where on a record's way it failed; Kafka Connect's stage names. */
export type ErrantStage = 'KEY_CONVERTER' | 'VALUE_CONVERTER' | 'TRANSFORMATION' | 'TASK_PUT';

export interface ErrantReason {
  readonly stage: ErrantStage;
  /** Stable code: `VALUE_NOT_UTF8`, `RECORD_TOO_LARGE`, a target's own. */
  readonly code: string;
  readonly message: string;
  /** Class of the error as operators look for it, for example `RecordError`. */
  readonly errorClass: string;
  readonly stack?: string | undefined;
  /** The end of what the function logged while it failed the record. */
  readonly functionLog?: string | undefined;
}

/** Record `index` of `block`, with why. */
export interface ErrantRecord {
  readonly block: RecordBlock;
  readonly index: number;
  readonly reason: ErrantReason;
}

export interface ErrantReporter {
  /** Resolves when the error topic's broker confirmed every record; only then may their offsets be committed.
   *  @throws RetriableError while the topic cannot be written
   *  @throws RecordError `RECORD_TOO_LARGE_FOR_TOPIC` when the topic refuses a record's size
   *  @throws FatalError when the topic is refused for good (rights, missing under `resources.create=manual`) */
  report(records: readonly ErrantRecord[]): Promise<void>;
}
