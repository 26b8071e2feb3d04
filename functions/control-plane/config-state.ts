/** What the config topic says: which connectors there are, and what is wanted of them. */

/** Connector configurations as they are stored: text only, as in Kafka Connect. */
export type StoredConfig = Readonly<Record<string, string>>;

/** What is wanted of a connector, in the words of Kafka Connect's `TargetState`. */
export type TargetState = 'STARTED' | 'PAUSED' | 'STOPPED';

export interface StoredConnector {
  readonly name: string;
  readonly config: StoredConfig;
  /** Offset of the record that `config` came from: another one means another configuration. */
  readonly revision: number;
  readonly target: TargetState;
  /** Offset of the record that `target` came from; -1 where none says so. */
  readonly targetRevision: number;
}

export interface ConfigState {
  /** One past the last record that was read. */
  readonly position: number;
  readonly connectors: ReadonlyMap<string, StoredConnector>;
  /** Levels of loggers that were set for the whole cluster. */
  readonly loggers: ReadonlyMap<string, string>;
}

/** A wish that is no state: acted on by those who hear it live, and forgotten. */
export type ConfigOrder =
  | {
      readonly order: 'restart';
      readonly connector: string;
      readonly includeTasks: boolean;
      readonly onlyFailed: boolean;
    }
  | { readonly order: 'restart-task'; readonly connector: string; readonly task: number }
  /** A person asked to go on, also with partitions that `errors.policy=stop` stopped. */
  | { readonly order: 'resume'; readonly connector: string };

/** A change to write. */
export type ConfigWrite =
  | { readonly write: 'connector'; readonly name: string; readonly config: StoredConfig }
  | { readonly write: 'target'; readonly name: string; readonly target: TargetState }
  /** The configuration and the wanted state go. */
  | { readonly write: 'delete'; readonly name: string }
  | { readonly write: 'logger'; readonly name: string; readonly level: string }
  | { readonly write: 'order'; readonly order: ConfigOrder };

export interface ConfigListener {
  /** After each record that changed the state, in the order of the topic. */
  changed(state: ConfigState): void;
  /** Heard live: after `start` had read to the end. */
  ordered(order: ConfigOrder): void;
}

export interface ConfigStore {
  /** Creates or checks the topic, reads it to its end, then follows it.
   *  @throws FatalError when it is not as it must be; RetriableError when Kafka cannot be reached */
  start(listener: ConfigListener): Promise<void>;
  /** As of now, here: what `start` or `update` read, and what came since. */
  state(): ConfigState;
  /** Reads to the end first.
   *  @throws Refused 500 when Kafka does not answer in time */
  latest(): Promise<ConfigState>;
  /** Reads to the end, lets `decide` say what to write, writes it all or nothing, and reads it back. Nobody else's write comes between the
   *  state that `decide` saw and its own: whoever loses a race decides again. Resolves when the writes are part of `state()`.
   *  @throws what `decide` throws, with nothing written
   *  @throws Refused 500 when Kafka does not answer in time: nothing of it is applied later either */
  update<T>(
    decide: (state: ConfigState) => { readonly writes: readonly ConfigWrite[]; readonly answer: T },
  ): Promise<T>;
  close(): Promise<void>;
}
