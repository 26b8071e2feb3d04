/** The contract between whoever carries batches and whoever writes them to a target. */
import type { ConfigOf, CrossCheck, KeyDefinitions } from './config/definition.ts';
import type { BatchOutcome } from './outcomes.ts';
import type { RecordBatch, RecordBlock } from './records.ts';

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
  close(): Promise<void>;
}

/** The window a record belongs to (an hour, a table partition): records of different windows never share a batch. Pure. */
export type WindowOf = (block: RecordBlock, index: number) => string;

/** Defaults of the keys that all connectors share, where this target wants its own. */
export interface SinkDefaults {
  readonly batchSize: number;
  readonly batchBytes: number;
  readonly invokeMaxBytes: number;
  readonly lingerMs: number;
  /** 1 where order matters to the target. */
  readonly maxInFlightBatches: number;
  readonly nullValues: 'write' | 'ignore' | 'error-topic';
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
  readonly defaults: SinkDefaults;
  /** True for a user's function: its failures count against `retries`, and a bare 2xx means "all written". */
  readonly userFunction: boolean;
  /** True where offsets are committed after each acked batch and not only on the interval (objects, sessions). */
  readonly commitsAfterBatch: boolean;
  /** Converter defaults; `bytes` where keys, or values, need not be text under this configuration. */
  keyConverter(config: ConfigOf<K>): 'string' | 'bytes';
  valueConverter(config: ConfigOf<K>): 'string' | 'bytes';
  windowOf?(config: ConfigOf<K>): WindowOf | undefined;
}
