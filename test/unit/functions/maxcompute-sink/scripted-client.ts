/** A table in memory that says what it is told to say, where nobody answers so by itself: sessions in odd states, failures at one step. */
import type { TableClient, Upload } from '../../../../functions/maxcompute-sink/table-target.ts';
import type { CallOptions } from '../../../../functions/maxcompute-sink/tunnel/call-options.ts';
import { parseColumnType } from '../../../../functions/maxcompute-sink/tunnel/column-type.ts';
import { OdpsError } from '../../../../functions/maxcompute-sink/tunnel/odps-error.ts';
import { type PartitionSpec, partitionText } from '../../../../functions/maxcompute-sink/tunnel/partition-spec.ts';
import type { TableInfo } from '../../../../functions/maxcompute-sink/tunnel/table-info.ts';
import type { UploadedBlock, UploadStatus } from '../../../../functions/maxcompute-sink/tunnel/upload-session.ts';

export function tableInfo(columns: string, more: Partial<TableInfo> = {}): TableInfo {
  const readColumns = (text: string) =>
    text.split(',').map((column) => {
      const [name = '', type = ''] = column.trim().split(' ');
      return { name, type: parseColumnType(type), nullable: true };
    });
  return {
    columns: readColumns(columns),
    partitionKeys: readColumns('pt string'),
    primaryKey: [],
    transactional: false,
    isView: false,
    schemaVersion: undefined,
    ...more,
  };
}

export const KAFKA_TABLE = tableInfo('topic string, partition bigint, offset bigint, key string, value string');

export function refusal(code: string, status = 400): OdpsError {
  return new OdpsError({ status, code, action: 'do something', text: 'words' });
}

/** An upload session whose status and blocks a test sets. */
export class ScriptedUpload implements Upload {
  status: UploadStatus = 'normal';
  schema: TableInfo;
  maxFieldBytes: number | undefined;
  blocks: UploadedBlock[] = [];
  /** Of `uploadBlock` calls. */
  readonly sent: { readonly id: number; readonly bytes: number }[] = [];
  commits = 0;
  /** What it becomes at each look. */
  next: UploadStatus[] = [];
  failNext: OdpsError | undefined;

  constructor(
    readonly id: string,
    info: TableInfo,
  ) {
    this.schema = info;
  }

  async uploadBlock(id: number, body: Buffer): Promise<void> {
    this.#fail();
    this.sent.push({ id, bytes: body.length });
  }

  async reload(): Promise<void> {
    this.status = this.next.shift() ?? this.status;
  }

  async commit(): Promise<void> {
    this.#fail();
    this.commits++;
    this.status = 'closed';
  }

  #fail(): void {
    const failure = this.failNext;
    this.failNext = undefined;
    if (failure !== undefined) throw failure;
  }
}

export class ScriptedClient implements TableClient {
  readonly calls: string[] = [];
  readonly uploads = new Map<string, ScriptedUpload>();
  /** Partitions that are there. */
  readonly partitions = new Set<string>();
  /** What the next calls of this name are refused with. */
  readonly failures = new Map<string, OdpsError[]>();
  sqlResult = '"_c0"\n0\n';
  /** The next sessions have these columns in place of the table's. */
  sessionInfo: TableInfo | undefined;
  /** What the next sessions say of the length of values. */
  maxFieldBytes: number | undefined;

  constructor(public info: TableInfo | undefined = KAFKA_TABLE) {}

  async table(_: string, __: { readonly signal: AbortSignal }): Promise<TableInfo> {
    this.#called('table');
    if (this.info === undefined) throw refusal('NoSuchObject', 404);
    return this.info;
  }

  async hasPartition(_: string, partition: PartitionSpec): Promise<boolean> {
    this.#called('hasPartition');
    return this.partitions.has(partitionText(partition));
  }

  async createTable(): Promise<void> {
    this.#called('createTable');
    this.info = KAFKA_TABLE;
  }

  async createPartition(_: string, partition: PartitionSpec): Promise<void> {
    this.#called(`createPartition ${partitionText(partition)}`);
    // Others come in between.
    await Promise.resolve();
    this.partitions.add(partitionText(partition));
  }

  async runSql(statement: string, _: CallOptions): Promise<string> {
    this.#called(statement);
    return this.sqlResult;
  }

  quotedName(table: string): string {
    return `\`p\`.\`${table}\``;
  }

  async createUpload(_: string, partition: PartitionSpec | undefined): Promise<ScriptedUpload> {
    this.#called('createUpload');
    if (partition !== undefined && !this.partitions.has(partitionText(partition)))
      throw refusal('NoSuchPartition', 404);
    const upload = new ScriptedUpload(`u${this.uploads.size + 1}`, this.sessionInfo ?? this.info ?? KAFKA_TABLE);
    upload.maxFieldBytes = this.maxFieldBytes;
    this.uploads.set(upload.id, upload);
    return upload;
  }

  async openUpload(_: string, __: PartitionSpec | undefined, id: string): Promise<ScriptedUpload> {
    this.#called(`openUpload ${id}`);
    const upload = this.uploads.get(id);
    if (upload === undefined) throw refusal('NoSuchUpload', 404);
    return upload;
  }

  createUpsert(): never {
    throw new Error('no upserts in this test');
  }

  openUpsert(): never {
    throw new Error('no upserts in this test');
  }

  createStream(): never {
    throw new Error('no streams in this test');
  }

  async close(): Promise<void> {
    this.#called('close');
  }

  #called(what: string): void {
    this.calls.push(what);
    const failure = this.failures.get(what.split(' ')[0] ?? '')?.shift();
    if (failure !== undefined) throw failure;
  }
}
