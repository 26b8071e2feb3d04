/** What the status topic says: how connectors and their tasks are, wherever they run. Shapes are those of Kafka Connect's own topic. */

export type RunState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'STOPPED' | 'FAILED' | 'RESTARTING' | 'DESTROYED';

/** A trace is at most so long. */
export const TRACE_CHARACTERS = 16 * 1024;

export interface Status {
  readonly state: RunState;
  /** `host:port` of the worker that said so. */
  readonly workerId: string;
  /** Of the workers' group when it was said: what an older generation says loses against a newer one. */
  readonly generation: number;
  readonly version: string;
  /** At most `TRACE_CHARACTERS`. */
  readonly trace?: string;
}

export interface StatusBoard {
  /** Creates or checks the topic, reads it to its end, then follows it.
   *  @throws FatalError when it is not as it must be; RetriableError when Kafka cannot be reached */
  start(): Promise<void>;
  /** Names that anything is said of, also of connectors that are not there any more. */
  connectors(): readonly string[];
  connector(name: string): Status | undefined;
  /** By id. */
  tasks(name: string): ReadonlyMap<number, Status>;
  /** Topics that its tasks were seen to read. */
  topics(name: string): readonly string[];
  /** Puts are written in the background, in order, and tried again until they are confirmed; only the last of each key counts. What another
   *  worker of a newer generation wrote is not overwritten. They show in the answers above at once. */
  putConnector(name: string, status: Status): void;
  putTask(name: string, task: number, status: Status): void;
  /** The connector, with its tasks, topics and activities, or the task is gone. */
  forgetConnector(name: string): void;
  forgetTask(name: string, task: number): void;
  noteTopic(name: string, task: number, topic: string): void;
  resetTopics(name: string): void;
  /** What a worker tells of a connector beside its state: JSON, at most 64 KiB. The last one of each worker and connector is kept. */
  putActivity(name: string, workerId: string, activity: unknown): void;
  /** What that worker told is kept no more. */
  forgetActivity(name: string, workerId: string): void;
  /** By worker. */
  activities(name: string): ReadonlyMap<string, unknown>;
  /** Resolves when every put so far is confirmed, or `timeoutMs` passed. */
  flush(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}
