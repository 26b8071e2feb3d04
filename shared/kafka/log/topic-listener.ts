/** What a follower of a topic tells. */

/** Why a partition is read from its beginning: for the first time, or because what was read of it is no longer what it holds. */
export type Beginning =
  /** For the first time. */
  | 'start'
  /** The topic was deleted and made anew. */
  | 'remade'
  /** The log ends before the position: records that were read are gone (an unclean election, or a topic made anew). */
  | 'truncated'
  /** Records were deleted before they were read. */
  | 'missed';

/** A record with its bytes; a null value is a tombstone. */
export interface LogRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

/** Called one after the other, never concurrently. Must not throw. */
export interface TopicListener {
  /** The partition is read from offset `start` on; what was told of it before holds no longer. `end` is where it ends now. */
  began(partition: number, why: Beginning, range: { readonly start: number; readonly end: number }): void;
  /** What one answer brought, in offset order. */
  records(partition: number, records: readonly LogRecord[]): void;
  /** All that was there when the partition `began` was told. */
  reached(partition: number): void;
  /** Records below `offset` were deleted after they had been told. */
  trimmed(partition: number, offset: number): void;
  /** The batch from `from` (inclusive) to `to` (exclusive) cannot be read; it is passed over. */
  damaged(partition: number, from: number, to: number, reason: string): void;
}
