/** MaxCompute as far as rows are written to it: tables, partitions, SQL, and the three ways of the tunnel. Usable alone. */
import type { CallOptions } from './call-options.ts';
import { type ConnectionOptions, OdpsConnection } from './odps-connection.ts';
import { type PartitionSpec, partitionText, sqlName } from './partition-spec.ts';
import { runSql, type StatementOptions } from './sql-instance.ts';
import { StreamSession } from './stream-session.ts';
import { addPartitionStatement, createTableStatement, hintsFor, type TableDefinition } from './table-definition.ts';
import { hasPartition, readTable, type TableInfo } from './table-info.ts';
import { TunnelTarget } from './tunnel-target.ts';
import { UploadSession } from './upload-session.ts';
import { UpsertSession } from './upsert-session.ts';

/** `retry`: `none` leaves waits and repeats to the caller, but for slots that moved, which are followed once. */
export type OdpsClientOptions = ConnectionOptions;

/** Safe to call concurrently. Methods throw OdpsError for whatever the service and the network do, and what `credentials` throws. In sessions
 *  of partitioned tables `partition` names a value for every partition column; for others it is `undefined`. */
export class OdpsClient {
  readonly #connection: OdpsConnection;

  constructor(options: OdpsClientOptions) {
    this.#connection = new OdpsConnection(options);
  }

  /** @throws OdpsError of status 404 when there is no such table */
  table(name: string, call: CallOptions): Promise<TableInfo> {
    return readTable(this.#connection, name, call);
  }

  /** @throws OdpsError of status 404 when there is no such table */
  hasPartition(table: string, partition: PartitionSpec, call: CallOptions): Promise<boolean> {
    return hasPartition(this.#connection, table, partition, call);
  }

  /** See `sql-instance.ts`. */
  runSql(statement: string, options: StatementOptions): Promise<string> {
    return runSql(this.#connection, statement, options);
  }

  /** Does nothing when it is there. */
  async createPartition(table: string, partition: PartitionSpec, { signal }: CallOptions): Promise<void> {
    const action = `add partition ${partitionText(partition)} to table ${this.#connection.project}.${table}`;
    await this.runSql(addPartitionStatement(this.quotedName(table), partition), { signal, action });
  }

  /** Does nothing when there is a table of that name, whatever its columns. */
  async createTable(definition: TableDefinition, { signal }: CallOptions): Promise<void> {
    const statement = createTableStatement(this.quotedName(definition.name), definition);
    const action = `create table ${this.#connection.project}.${definition.name}`;
    await this.runSql(statement, { signal, action, hints: hintsFor(definition.columns) });
  }

  /** A table's whole name for a statement. */
  quotedName(table: string): string {
    const { project, schema } = this.#connection;
    return [project, ...(schema === undefined ? [] : [schema]), table].map(sqlName).join('.');
  }

  createUpload(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<UploadSession> {
    return UploadSession.create(this.#target(table, partition), call);
  }

  /** @throws OdpsError `NoSuchUpload` when it is gone, a day after it was made */
  openUpload(
    table: string,
    partition: PartitionSpec | undefined,
    id: string,
    call: CallOptions,
  ): Promise<UploadSession> {
    return UploadSession.open(this.#target(table, partition), id, call);
  }

  /** The partition is made when it is missing. */
  createStream(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<StreamSession> {
    return StreamSession.create(this.#target(table, partition), call);
  }

  /** Only for tables with a primary key. */
  createUpsert(table: string, partition: PartitionSpec | undefined, call: CallOptions): Promise<UpsertSession> {
    return UpsertSession.create(this.#target(table, partition), call);
  }

  /** @throws OdpsError `UpsertSessionNotFound` when it is gone */
  openUpsert(
    table: string,
    partition: PartitionSpec | undefined,
    id: string,
    call: CallOptions,
  ): Promise<UpsertSession> {
    return UpsertSession.open(this.#target(table, partition), id, call);
  }

  /** Ends all connections of its own, those in use included. */
  close(): Promise<void> {
    return this.#connection.close();
  }

  #target(table: string, partition: PartitionSpec | undefined): TunnelTarget {
    return new TunnelTarget(this.#connection, table, partition);
  }
}
