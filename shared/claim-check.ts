/** Claim check: where the value of a record too large for any request waits until its sink fetches it. */
import type { TopicPartition } from './records.ts';

export interface ClaimCheckStore {
  /** Stores the value of one record and says where: the envelope's `valueRef`, a URL that a sink can read with a plain GET
   *  until it expires. Storing the same record again is harmless.
   *  @throws RetriableError while the store cannot be reached
   *  @throws FatalError when it refuses for good (credentials, missing bucket, another content under this record's name) */
  store(source: TopicPartition, offset: number, value: Buffer, signal: AbortSignal): Promise<string>;
  close(): Promise<void>;
}
