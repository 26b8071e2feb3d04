/** One way of getting rows into a table that has two steps; `MaxComputeWriter` chooses between them. */
import type { RecordOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SessionRange, SessionState, WriteContext } from '../../shared/sink.ts';
import type { SessionToken } from './session-token.ts';
import type { PartitionSpec } from './tunnel/partition-spec.ts';
import type { TableInfo } from './tunnel/table-info.ts';

/** An upload that is not visible yet. */
export interface Prepared {
  /** Undefined when every record was refused. */
  readonly token: SessionToken | undefined;
  readonly refused: readonly RecordOutcome[];
}

/** Where rows go: the table as it is known, and one of its partitions. */
export interface Destination {
  readonly info: TableInfo;
  /** Undefined where the table has none. */
  readonly partition: PartitionSpec | undefined;
}

/** Errors are those of `TwoPhaseWriter`. `batch` lies in one partition; `context.signal` ends at its deadline. */
export interface TableWriter {
  upload(batch: RecordBatch, destination: Destination, context: WriteContext): Promise<Prepared>;
  /** Uploads the same rows into the session of `token`, which can be committed still. */
  uploadAgain(batch: RecordBatch, token: SessionToken, context: WriteContext): Promise<Prepared>;
  commit(token: SessionToken, context: WriteContext): Promise<void>;
  resolve(token: SessionToken, range: SessionRange, context: WriteContext): Promise<SessionState>;
}
