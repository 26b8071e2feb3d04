/** What the programs of the bench tell each other. */

export interface StandInPlace {
  readonly endpoint: string;
  readonly project: string;
}

/** One upload: `blocks` blocks of `rows` rows, each with a value of `valueBytes`. */
export interface UploadPlan extends StandInPlace {
  readonly accessId: string;
  readonly accessKey: string;
  /** Made by the program. */
  readonly table: string;
  readonly rows: number;
  readonly blocks: number;
  readonly valueBytes: number;
  readonly compression: 'none' | 'deflate';
}

/** What an upload cost: its own process, all threads. */
export interface UploadCost {
  readonly rows: number;
  /** Of the blocks before compression. */
  readonly bytes: number;
  /** Encoded for the second time, and thrown away. */
  readonly encodeCpuSeconds: number;
  /** From the session's creation to the end of its commit. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the client. */
  readonly version: string;
}

/** The managed connector's table, without a partition. */
export const COLUMNS =
  'topic STRING, `partition` BIGINT, `offset` BIGINT, key STRING, value STRING, insert_time BIGINT';
