/** The contract between whoever carries batches and whoever writes them to a target. */
import type { ConfigOf, CrossCheck, DerivedDefault, KeyDefinition, KeyDefinitions } from './config/definition.ts';
import type { ConfigProblem } from './errors.ts';
import type { NullValues } from './null-values.ts';
import type { BatchOutcome, RecordOutcome } from './outcomes.ts';
import type { RecordBatch, RecordBlock, TopicPartition } from './records.ts';

export interface WriteContext {
  /** Aborted when the caller no longer waits: stop writing, answer `retry` for the rest or throw. */
  readonly signal: AbortSignal;
  /** Epoch ms after which nothing may still be written (a function's time limit, the invoker's timeout). */
  readonly deadlineAt: number;
}

/** Turns batches into requests to one target. Stateless between batches; safe to call concurrently.
 *  `write` answers one outcome for every record.
 *  @throws RetriableError when the target or the way to it failed for the whole batch
 *  @throws FatalError when no retry helps (credentials, missing target) */
export interface SinkWriter {
  write(batch: RecordBatch, context: WriteContext): Promise<BatchOutcome>;
  /** Looks at the target before the first batch, where there is something that can be refused at the start. `write` does not need it: what
   *  was not looked at before is looked at then. Errors are those of `write`: a FatalError that may heal fails this connector's tasks, which try
   *  again; another one ends the start. */
  open?(topics: readonly SourceTopic[], context: WriteContext): Promise<void>;
  close(): Promise<void>;
}

/** A topic that records will come from, as it is at the start. */
export interface SourceTopic {
  readonly name: string;
  readonly partitions: number;
}

/** What a sink counts beside outcomes; `TargetMetrics` makes a metric of each. */
export type SinkCount = 'stale-versions' | 'split-requests' | 'mapping-races';

export interface SinkMetrics {
  count(what: SinkCount, by: number): void;
}

/** Where nobody watches. */
export const NO_SINK_METRICS: SinkMetrics = { count: () => undefined };

/** What a two-phase sink says of a session that a token stands for. `incomplete`: it can be committed still, but part of the upload is not there.
 *  `gone`: it was never committed and never can be. */
export type SessionState = 'committed' | 'open' | 'incomplete' | 'gone';

/** From where to where the records of a session lie, as they were planned: some of them may be gone from Kafka, or refused. */
export interface SessionRange extends TopicPartition {
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** A batch that is uploaded and not visible yet. */
export interface PreparedBatch {
  /** Stands for the upload in `commit` and `resolve`: opaque, at most 200 bytes of JSON text. Undefined when every record was refused. */
  readonly token: string | undefined;
  /** `errant` and `dropped` records, which are no part of the upload; the others are. */
  readonly refused: readonly RecordOutcome[];
}

/** A sink whose writes become visible in a second step, so that a crash between the two repeats nothing. The caller stores the token, durably,
 *  between them; after a crash it asks `resolve`, and prepares anew what is gone. `write`, called without phases, does both at once and
 *  is at least once. Errors are those of `SinkWriter`. */
export interface TwoPhaseWriter extends SinkWriter {
  /** Uploads. Called again for the same batch after a crash before the token was stored: what was uploaded then is never committed. With the
   *  `token` of a session that is `incomplete`: uploads the same parts into that one, and answers the token as it is. */
  prepare(batch: RecordBatch, context: WriteContext, token?: string): Promise<PreparedBatch>;
  /** Makes uploads visible. A token that is committed already is no error. */
  commit(tokens: readonly string[], context: WriteContext): Promise<void>;
  resolve(token: string, range: SessionRange, context: WriteContext): Promise<SessionState>;
}

/** The window a record belongs to (an hour, a table partition): records of different windows never share a batch. Pure. */
export type WindowOf = (block: RecordBlock, index: number) => string;

/** Number of the period that an instant (epoch ms) lies in; another one means another period, and not always a later one. Pure. */
export type PeriodOf = (epochMs: number) => number;

/** Keys of all connectors that rules of a sink may look at, beside its own. */
export type SharedKeys = {
  readonly topics: KeyDefinition<readonly string[] | undefined>;
  readonly 'topics.regex': KeyDefinition<RegExp | undefined>;
  readonly 'behavior.on.null.values': KeyDefinition<NullValues>;
  readonly 'max.in.flight.batches': KeyDefinition<number>;
  readonly 'overflow.policy': KeyDefinition<'claim-check' | 'error-topic' | 'flag'>;
};

/** Defaults of the keys that all connectors share, where this target wants its own. Derived ones follow from keys of the sink. */
export interface SinkDefaults {
  readonly batchSize: number;
  readonly batchBytes: number;
  readonly invokeMaxBytes: number;
  readonly lingerMs: number;
  /** 1 where order matters to the target. */
  readonly maxInFlightBatches: number | DerivedDefault<number>;
  readonly nullValues: NullValues | DerivedDefault<NullValues>;
  readonly invokeTarget: 'in-process' | 'http' | 'fc';
}

/** What the dispatcher, `validate` and the docs must know of a target without loading its SDK. Each sink's `config.ts` exports one. */
export interface SinkDefinition<K extends KeyDefinitions = KeyDefinitions> {
  /** The folder's name, and the value of `connector.class`. */
  readonly connectorClass: string;
  readonly title: string;
  readonly description: string;
  readonly keys: K;
  readonly checks: readonly CrossCheck<ConfigOf<K>>[];
  /** Rules over keys of the sink and of all connectors together; a function that stands alone has none of the latter. */
  connectorChecks?(keys: K & SharedKeys): readonly CrossCheck<ConfigOf<K & SharedKeys>>[];
  readonly defaults: SinkDefaults;
  /** What may become of a tombstone; absent: all but `delete`. */
  readonly nullValues?: readonly NullValues[];
  /** True for a user's function: its failures count against `retries`, and a bare 2xx means "all written". */
  readonly userFunction: boolean;
  /** True where a batch cut the same way again changes nothing at the target: `delivery.guarantee` is then `exactly-once` by default. A derived
   *  one follows from keys of the sink; where it is false, `exactly-once` is refused. */
  readonly exactlyOnce: boolean | DerivedDefault<boolean>;
  /** True where offsets are committed after each acked batch and not only on the interval (objects, sessions). */
  readonly commitsAfterBatch: boolean;
  /** Converter defaults; `bytes` where keys, or values, need not be text under this configuration. */
  keyConverter(config: ConfigOf<K>): 'string' | 'bytes';
  valueConverter(config: ConfigOf<K>): 'string' | 'bytes';
  /** What a valid configuration asks of the target, where nobody can tell without looking there: `validate` says it, under a key each. */
  notes?(config: ConfigOf<K>): readonly ConfigProblem[];
  windowOf?(config: ConfigOf<K>): WindowOf | undefined;
  /** Periods of the wall clock at whose end all open batches close. */
  periodOf?(config: ConfigOf<K>): PeriodOf | undefined;
}
