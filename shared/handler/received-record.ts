/** A record as the author of a function sees it. */
import type { OutcomeStatus, RecordOutcome } from '../outcomes.ts';
import type { TopicPartition } from '../topic-partition.ts';

/** Text by default; bytes where the function says so. */
export type Content = string | Uint8Array;

/** Names may repeat, order counts, a value may be missing. */
export interface ReceivedHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** One record, read from whatever form of event the function was called with. */
export interface ReceivedRecord<Key extends Content = string, Value extends Content = string> extends TopicPartition {
  readonly offset: number;
  /** Epoch milliseconds; -1 when Kafka has none. */
  readonly timestamp: number;
  readonly timestampType: 'CreateTime' | 'LogAppendTime';
  /** Null when the record has no key; an empty key is not null. */
  readonly key: Key | null;
  /** Null for a tombstone, and for a value that was too large to send (`overflow`). */
  readonly value: Value | null;
  /** Bytes of the original value; 0 for a tombstone. */
  readonly valueSize: number;
  /** Empty where the connector does not send them (`envelope.headers=true`). */
  readonly headers: readonly ReceivedHeader[];
  /** True when the value was too large to send. It is not here; `valueRef` says where it is, if it was stored. */
  readonly overflow: boolean;
  /** URL that a GET answers the value at, until it expires. */
  readonly valueRef: string | undefined;
  /** True when the record never had a value. */
  readonly isTombstone: boolean;
  /** `topic+partition+offset`: the same whenever the same record comes again, and of no other. */
  readonly id: string;
  /** The last header of that name as text; undefined when there is none, it has no value, or it is no UTF-8. */
  header(name: string): string | undefined;
  /** The value as JSON data.
   *  @throws RecordError `VALUE_MISSING` when there is no value here; `VALUE_NOT_JSON`, `VALUE_NOT_UTF8` when it is no JSON */
  json(): unknown;

  /** It is safe at the target. */
  written(): RecordOutcome;
  /** It is left out on purpose, by a rule of yours. */
  dropped(): RecordOutcome;
  /** It is bad: to the error topic. @param code short and stable, a metric label; `message` is for people */
  errant(code: string, message: string): RecordOutcome;
  /** Send it again, not before `afterMs` milliseconds. After `retries` of the connector it is errant. */
  retry(afterMs?: number, code?: string, message?: string): RecordOutcome;
}

/** What `record` is answered with. */
export function outcomeFor(
  { topic, partition, offset }: Pick<ReceivedRecord<Content, Content>, 'topic' | 'partition' | 'offset'>,
  status: OutcomeStatus,
  reason: Pick<RecordOutcome, 'code' | 'message' | 'retryAfterMs'> = {},
): RecordOutcome {
  return { topic, partition, offset, status, ...reason };
}
