/** Upserts: each row replaces, or takes away, the row of its key; all at once with the commit, and a repeat changes nothing.
 *  Source: aliyun-odps-java-sdk `com.aliyun.odps.tunnel.impl.UpsertSessionImpl`. */
import { bucketOf } from './bucket-hash.ts';
import type { CallOptions } from './call-options.ts';
import { type ColumnType, parseColumnType } from './column-type.ts';
import type { ColumnValue } from './column-value.ts';
import { OdpsError } from './odps-error.ts';
import type { RowEncoder } from './row-encoder.ts';
import type { Column, TableSchema } from './table-schema.ts';
import type { TunnelTarget } from './tunnel-target.ts';
import { describeUpsert, type UpsertDescription, type UpsertSlot, type UpsertStatus } from './upsert-description.ts';

const OPERATIONS = { upsert: 'U'.charCodeAt(0), delete: 'D'.charCodeAt(0) };

/** Behind those of the table in each row. */
const MORE_COLUMNS: readonly Column[] = [
  ['__version', 'bigint'],
  ['__app_version', 'bigint'],
  ['__operation', 'tinyint'],
  ['__key_cols', 'array<bigint>'],
  ['__value_cols', 'array<bigint>'],
].map(([name = '', type = '']) => ({ name, type: parseColumnType(type), nullable: true }));
const OPERATION_AT = 2;
const VALUE_COLUMNS_AT = 4;
/** An empty list of supplied columns: all of them. */
const ALL_COLUMNS: readonly ColumnValue[] = [];

const FIRST_POLL_MS = 100;
const LONGEST_POLL_MS = 5_000;

/** Buckets may be written concurrently; rows of one key stay in order only when their blocks are written one after another. */
export class UpsertSession {
  readonly #target: TunnelTarget;
  readonly #hashTypes: readonly ColumnType[];
  #last: UpsertDescription;
  /** A commit was asked for: a session that is gone may be committed. */
  #isCommitAsked = false;

  private constructor(target: TunnelTarget, description: UpsertDescription) {
    this.#target = target;
    this.#last = description;
    this.#hashTypes = description.hashColumns.map(({ type }) => type);
  }

  static async create(target: TunnelTarget, { signal }: CallOptions): Promise<UpsertSession> {
    const action = `create an upsert session of ${target}`;
    const request = target.request('upserts', { method: 'POST', query: { slotnum: '1' }, action, signal });
    return new UpsertSession(target, describeUpsert(await target.connection.request(request), action));
  }

  static async open(target: TunnelTarget, id: string, { signal }: CallOptions): Promise<UpsertSession> {
    const request = looking(target, id, signal);
    return new UpsertSession(target, describeUpsert(await target.connection.request(request), request.action));
  }

  get id(): string {
    return this.#last.id;
  }

  /** As of the last answer. */
  get status(): UpsertStatus {
    return this.#last.status;
  }

  get schema(): TableSchema {
    return this.#last.schema;
  }

  /** Columns that rows are encoded with: the table's, and what the tunnel has behind them. */
  get rowColumns(): readonly Column[] {
    return [...this.schema.columns, ...MORE_COLUMNS];
  }

  /** Names of the columns whose values `bucketOf` takes, in order. */
  get hashKey(): readonly string[] {
    return this.#last.hashColumns.map(({ name }) => name);
  }

  /** Rows of a block are of one bucket: 0 to `buckets` - 1. */
  get buckets(): number {
    return this.#last.slotOfBucket.length;
  }

  /** @throws RangeError for a value that no key can have */
  bucketOf(keys: readonly ColumnValue[]): number {
    return this.buckets === 1 ? 0 : bucketOf(this.#hashTypes, keys, this.buckets);
  }

  /** Ends a row that has its columns of the table. `delete` needs only those of the key. */
  endRow(encoder: RowEncoder, operation: 'upsert' | 'delete'): void {
    const { length } = this.schema.columns;
    encoder.integer(length + OPERATION_AT, OPERATIONS[operation]);
    encoder.value(length + VALUE_COLUMNS_AT, ALL_COLUMNS);
    encoder.endRow();
  }

  /** @param body what `RowEncoder.finish` gave, of so many rows of this bucket; when this resolves, and only then, it may be used again */
  async write(bucket: number, body: Buffer, rows: number, { signal }: CallOptions): Promise<void> {
    const { connection } = this.#target;
    const { encoding, compress } = await connection.compressor();
    const compressed = await compress(body);
    const query = { upsertid: this.id, bucketid: String(bucket), record_count: String(rows) };
    const action = `write ${rows} rows of bucket ${bucket} to ${this}`;
    const put = async () => {
      const { id, server } = this.#slotOf(bucket);
      const headers = {
        'content-type': 'application/octet-stream',
        ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        'odps-tunnel-routed-server': server,
      };
      const request = {
        method: 'PUT',
        query: { ...query, slotid: id },
        headers,
        body: compressed,
        action,
        signal,
      } as const;
      await connection.send(this.#target.request('upserts', request));
    };
    await connection.retried(signal, put, (error) => this.#follow(bucket, error, signal));
  }

  async reload({ signal }: CallOptions): Promise<void> {
    await this.#target.connection.retried(signal, () => this.#look(signal));
  }

  /** Resolves when everything that was written can be seen, also when an earlier commit had come through whose answer was lost.
   *  @throws OdpsError `UpsertSessionNotFound` when the session was gone before a commit was asked for */
  async commit({ signal }: CallOptions): Promise<void> {
    const { connection } = this.#target;
    for (let waitMs = FIRST_POLL_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_POLL_MS)) {
      await connection.retried(
        signal,
        () => this.#askToCommit(signal),
        (error) => this.#follow(0, error, signal),
      );
      if (this.status === 'committed') return;
      if (this.status !== 'normal' && this.status !== 'committing') {
        const text = `the session is ${this.status}`;
        throw new OdpsError({ status: 200, code: 'StatusConflict', action: `commit ${this}`, text });
      }
      await connection.pause(waitMs, signal, `commit ${this}`);
    }
  }

  /** Nothing of it will ever be seen. */
  async abort({ signal }: CallOptions): Promise<void> {
    const query = { upsertid: this.id };
    const action = `abort ${this}`;
    const headers = { 'odps-tunnel-routed-server': this.#slotOf(0).server };
    await this.#target.connection.request(
      this.#target.request('upserts', { method: 'DELETE', query, headers, action, signal }),
    );
  }

  toString(): string {
    return `upsert session ${this.id} of ${this.#target}`;
  }

  #slotOf(bucket: number): UpsertSlot {
    const slot = this.#last.slotOfBucket[bucket];
    if (slot === undefined) throw new RangeError(`no bucket ${bucket}`);
    return slot;
  }

  async #askToCommit(signal: AbortSignal): Promise<void> {
    const action = `commit ${this}`;
    const query = { upsertid: this.id };
    const headers = { 'odps-tunnel-routed-server': this.#slotOf(0).server };
    const wasAsked = this.#isCommitAsked;
    this.#isCommitAsked = true;
    try {
      const request = this.#target.request('upserts', { method: 'POST', query, headers, action, signal });
      this.#last = describeUpsert(await this.#target.connection.send(request), action);
    } catch (error) {
      const isGone = error instanceof OdpsError && error.code === 'UpsertSessionNotFound';
      if (isGone && wasAsked) this.#last = { ...this.#last, status: 'committed' };
      else throw error;
    }
  }

  /** Before another try. The answer may name where the slot is now; else the session knows. */
  async #follow(bucket: number, error: OdpsError, signal: AbortSignal): Promise<void> {
    if (error.routedServer === undefined) await this.#look(signal);
    else this.#slotOf(bucket).server = error.routedServer;
  }

  async #look(signal: AbortSignal): Promise<void> {
    const request = looking(this.#target, this.id, signal);
    this.#last = describeUpsert(await this.#target.connection.send(request), request.action);
  }
}

function looking(target: TunnelTarget, id: string, signal: AbortSignal) {
  const action = `look at upsert session ${id} of ${target}`;
  return target.request('upserts', { method: 'GET', query: { upsertid: id }, action, signal });
}
