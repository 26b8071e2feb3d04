/** What is to become of one record of an error topic, and how it ended. */
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { ErrantEntry } from './error-entry.ts';

/** `sent`: the broker, or the sink, has it. `dropped`: the connector's own policy drops it. `parked`: it failed too often. `returned`: the
 *  sink refused it again and it lies in the error topic anew. `failed`: it could not be sent and lies where it lay. */
export type RedriveOutcome = 'sent' | 'dropped' | 'parked' | 'returned' | 'failed';

export interface RedriveFailure {
  readonly code: string;
  readonly message: string;
}

/** One record with where it goes. */
export interface RedriveStep {
  readonly entry: ErrantEntry;
  /** Partitions that it may be written to; records of ours are looked for there after a crash. */
  readonly destinations: readonly TopicPartition[];
  /** `send` is for the sender to do, the others need no sender. */
  readonly action:
    | { readonly kind: 'send' }
    | { readonly kind: 'park'; readonly to: TopicPartition }
    | { readonly kind: 'fail'; readonly failure: RedriveFailure };
}

export interface SettledStep {
  readonly entry: ErrantEntry;
  readonly outcome: RedriveOutcome;
  readonly failure?: RedriveFailure;
}

/** Brings records where they are to go: back to their topics, or straight to the sink. */
export interface RedriveSender {
  /** Steps for one `send`: what is finished before an interrupted run stops. */
  readonly most: number;
  /** Where `entry` would go, asked for many at a time; attempts are not its business. */
  targets(entries: readonly ErrantEntry[]): Promise<readonly SenderTarget[]>;
  /** Settles steps of the kind `send`, in their order within each destination. When it throws, some may have been sent.
   *  @throws FatalError or RetriableError when no more can be sent now; what `signal` gives as reason when aborted */
  send(steps: readonly RedriveStep[], signal: AbortSignal): Promise<SettledStep[]>;
  close(): Promise<void>;
}

export type SenderTarget = { readonly destinations: readonly TopicPartition[] } | { readonly failure: RedriveFailure };

/** One record for one partition. */
export interface Produced {
  readonly entry: ErrantEntry;
  readonly to: TopicPartition;
  readonly record: ProducerRecord;
}
