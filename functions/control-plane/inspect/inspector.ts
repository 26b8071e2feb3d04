/** What the inspection of connectors needs of the dispatcher. */
import type { TopicPartition } from '../../../shared/records.ts';
import type { HostedSetup } from '../connector-host.ts';

/** `latest` are the last records there are, a number is epoch ms. */
export type PreviewStart = 'earliest' | 'latest' | number | { readonly offset: number };

export interface PreviewAsked {
  readonly count: number;
  /** Only this one; else one after the other, until there are enough. */
  readonly partition?: TopicPartition;
  readonly from: PreviewStart;
  /** How much is shown of each body, and of each envelope. */
  readonly headBytes: number;
}

/** Which records of an error topic are meant, as the command line writes it: places are `PARTITION:OFFSET`, times ISO with a zone. */
export interface ErrorFilters {
  readonly code?: string;
  /** Class of the error. */
  readonly class?: string;
  /** `TOPIC` or `TOPIC:PARTITION` that the record came from. */
  readonly source?: string;
  readonly since?: string;
  readonly until?: string;
  readonly from?: string;
  readonly upTo?: string;
  readonly places?: readonly string[];
}

/** Where the connector's group stands in one partition. */
export interface Standing extends TopicPartition {
  readonly beginning: number;
  /** Where the next record goes. */
  readonly end: number;
  /** Null where nothing is committed. */
  readonly committed: number | null;
  /** Offsets from where the connector goes on to the end. */
  readonly lag: number;
  /** The partition waits for a person at that record. */
  readonly stopped?: { readonly offset: number; readonly code: string };
}

export interface RedriveOrder {
  readonly filters: ErrorFilters;
  /** All records; must be said where nothing else selects. */
  readonly all: boolean;
  /** One of the connector's error topics; both when absent. */
  readonly topic?: string;
  /** Back to the topic that they came from, or straight to the connector's sink. */
  readonly to: 'topic' | 'sink';
  /** Records a second; 0 is no limit. */
  readonly rate: number;
  /** A record that was sent back this often is parked. */
  readonly maxAttempts: number;
  /** Forget how far an earlier one was. */
  readonly again: boolean;
}

export interface RedriveReport {
  /** The error topic. */
  readonly topic: string;
  readonly complete: boolean;
  readonly failed: number;
  readonly returned: number;
  /** One by one, the first of them. */
  readonly failures: readonly { readonly message: string }[];
}

/** Call one of its methods, once. */
export interface RedriveRun {
  readonly progress: { readonly done: number; readonly total: number; readonly sent: number };
  /** Writes and commits nothing. */
  rehearse(): Promise<readonly object[]>;
  /** Works until all is done or `stop` is aborted; `kill` gives up what is under way. */
  run(
    signals: { readonly stop: AbortSignal; readonly kill: AbortSignal },
    notify: (line: string) => void,
  ): Promise<readonly RedriveReport[]>;
}

/** Only records of the connector itself are shown or sent, also where its error topics are those of others too. Every method throws ConfigError for
 *  what is asked wrongly; FatalError `TOPIC_MISSING` and refusals; RetriableError when Kafka, or the sink, cannot be reached. */
export interface Inspector {
  /** What the metadata of a commit of offset `at` says of a record that its partition is stopped at. Pure. */
  stopMark(at: number, metadata: string): Standing['stopped'] | undefined;
  preview(connector: HostedSetup, asked: PreviewAsked): Promise<object>;
  standings(connector: HostedSetup): Promise<readonly Standing[]>;
  errors(
    connector: HostedSetup,
    topic: string | undefined,
    filters: ErrorFilters,
    limit: number,
  ): Promise<readonly object[]>;
  errorKinds(connector: HostedSetup, topic: string | undefined, filters: ErrorFilters): Promise<readonly object[]>;
  redrive(connector: HostedSetup, order: RedriveOrder): RedriveRun;
}
