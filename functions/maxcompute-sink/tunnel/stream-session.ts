/** Stream upload: rows that are visible as soon as they are written, each block through one of the session's slots.
 *  Source: aliyun-odps-java-sdk `com.aliyun.odps.tunnel.impl.StreamUploadSessionImpl`. */
import type { CallOptions } from './call-options.ts';
import { headerOf, type RawReply } from './exchange.ts';
import { documentOf, notUnderstood } from './odps-connection.ts';
import { isObject, readSchema, type TableSchema } from './table-schema.ts';
import type { TunnelTarget } from './tunnel-target.ts';

interface Slot {
  readonly id: string;
  /** Where it is at present. */
  server: string;
}

interface Description {
  readonly id: string;
  readonly isReady: boolean;
  readonly schema: TableSchema | undefined;
  readonly schemaVersion: string | undefined;
  readonly slots: readonly Slot[];
}

/** Whatever the columns of the table have become: rows go in by those of the session. */
const ANY_SCHEMA = { check_latest_schema: 'false' };
const READY_POLL_MS = 1_000;

/** Rows may be written concurrently. */
export class StreamSession {
  readonly #target: TunnelTarget;
  readonly #id: string;
  readonly #schemaVersion: string | undefined;
  readonly #schema: TableSchema;
  #slots: readonly Slot[];
  #turn: number;
  /** The tunnel has another number of slots than we know. */
  #isStale = false;

  private constructor(target: TunnelTarget, { id, schemaVersion, slots }: Description, schema: TableSchema) {
    this.#target = target;
    this.#id = id;
    this.#schemaVersion = schemaVersion;
    this.#schema = schema;
    this.#slots = slots;
    // Sessions that begin together do not all begin with the same slot.
    this.#turn = Math.floor(target.connection.random() * slots.length);
  }

  /** Makes the partition when it is missing, and waits until the session is ready. */
  static async create(target: TunnelTarget, { signal }: CallOptions): Promise<StreamSession> {
    const { connection } = target;
    const action = `create a stream session of ${target}`;
    const query = { create_partition: '', ...ANY_SCHEMA };
    let reply = await connection.request(target.request('streams', { method: 'POST', query, action, signal }));
    let description = describe(reply, action);
    const { schema } = description;
    if (schema === undefined) throw notUnderstood(reply, action, 'the answer holds no columns');
    while (!description.isReady) {
      await connection.pause(READY_POLL_MS, signal, action);
      reply = await connection.request(looking(target, description, signal));
      description = { ...describe(reply, action), schema, schemaVersion: description.schemaVersion };
    }
    if (description.slots.length === 0) throw notUnderstood(reply, action, 'the session has no slots');
    return new StreamSession(target, description, schema);
  }

  get id(): string {
    return this.#id;
  }

  /** The table's when the session was created. */
  get schema(): TableSchema {
    return this.#schema;
  }

  get schemaVersion(): string | undefined {
    return this.#schemaVersion;
  }

  /** Resolves when the rows can be seen. Whether they can after an OdpsError with `networkCode`, nobody knows: a repeat may double them.
   *  @param body what `RowEncoder.finish` gave, of so many rows; when this resolves, and only then, it may be used again */
  async write(body: Buffer, rows: number, { signal }: CallOptions): Promise<void> {
    const { connection } = this.#target;
    const { encoding, compress } = await connection.compressor();
    const headers = {
      'content-type': 'application/octet-stream',
      ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    };
    const compressed = await compress(body);
    await connection.retried(
      signal,
      () => this.#put(compressed, headers, rows, signal),
      () => this.#reload(signal),
    );
  }

  toString(): string {
    return `stream session ${this.id} of ${this.#target}`;
  }

  async #put(
    body: Buffer,
    headers: Readonly<Record<string, string>>,
    rows: number,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#isStale) await this.#reload(signal);
    const slot = this.#nextSlot();
    const action = `write ${rows} rows to ${this}`;
    const request = this.#target.request('streams', {
      method: 'PUT',
      query: { uploadid: this.id, slotid: slot.id, record_count: String(rows), ...this.#version, ...ANY_SCHEMA },
      headers: {
        ...headers,
        'odps-tunnel-slot-num': String(this.#slots.length),
        'odps-tunnel-routed-server': slot.server,
      },
      body,
      action,
      signal,
    });
    this.#follow(slot, await this.#target.connection.send(request), action);
  }

  get #version(): Readonly<Record<string, string>> {
    return versionQuery(this.#schemaVersion);
  }

  #nextSlot(): Slot {
    const slot = this.#slots[this.#turn % this.#slots.length];
    this.#turn += 1;
    // Sessions without slots are refused where they are described.
    if (slot === undefined) throw new RangeError('a stream session without slots');
    return slot;
  }

  /** Replies name the slots that there are now, and the server of this one. */
  #follow(slot: Slot, reply: RawReply, action: string): void {
    const server = headerOf(reply, 'odps-tunnel-routed-server');
    const count = headerOf(reply, 'odps-tunnel-slot-num');
    if (server === undefined || count === undefined) throw notUnderstood(reply, action, 'the answer names no slots');
    if (Number(count) !== this.#slots.length) this.#isStale = true;
    else slot.server = server;
  }

  async #reload(signal: AbortSignal): Promise<void> {
    const request = looking(this.#target, { id: this.id, schemaVersion: this.#schemaVersion }, signal);
    const reply = await this.#target.connection.send(request);
    const { slots } = describe(reply, request.action);
    if (slots.length === 0) throw notUnderstood(reply, request.action, 'the session has no slots');
    this.#slots = slots;
    this.#isStale = false;
  }
}

function looking(
  target: TunnelTarget,
  { id, schemaVersion }: Pick<Description, 'id' | 'schemaVersion'>,
  signal: AbortSignal,
) {
  const action = `look at stream session ${id} of ${target}`;
  const query = { uploadid: id, ...versionQuery(schemaVersion) };
  return target.request('streams', { method: 'GET', query, action, signal });
}

function versionQuery(schemaVersion: string | undefined): Readonly<Record<string, string>> {
  return schemaVersion === undefined ? {} : { schema_version: schemaVersion };
}

function describe(reply: RawReply, action: string): Description {
  const { session_name: id, status, schema, schema_version: version, slots } = documentOf(reply, action);
  const list = (Array.isArray(slots) ? slots : []).map(readSlot);
  if (typeof id !== 'string' || id === '' || !list.every((slot) => slot !== undefined)) {
    throw notUnderstood(reply, action, 'the answer describes no stream session');
  }
  return {
    id,
    isReady: String(status).toLowerCase() !== 'init',
    schema: isObject(schema) ? readSchema(schema) : undefined,
    schemaVersion: version === undefined || version === null ? undefined : String(version),
    slots: list,
  };
}

/** `[0,"10.0.0.1:8080"]`; the number may be a text. */
function readSlot(value: unknown): Slot | undefined {
  if (!Array.isArray(value)) return undefined;
  const [id, server] = value;
  return typeof server === 'string' && /^[^:]/.test(server) ? { id: String(id), server } : undefined;
}
