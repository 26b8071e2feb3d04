/** Batch upload: blocks that become visible together, once. Source: aliyun-odps-java-sdk `com.aliyun.odps.tunnel.TableTunnel`. */
import type { CallOptions } from './call-options.ts';
import type { RawReply } from './exchange.ts';
import { documentOf, notUnderstood } from './odps-connection.ts';
import { COMMIT_UNDER_WAY, OdpsError } from './odps-error.ts';
import { isObject, readSchema, type TableSchema } from './table-schema.ts';
import type { TunnelTarget } from './tunnel-target.ts';

const STATUSES = ['normal', 'closing', 'closed', 'canceled', 'expired', 'critical', 'committing'] as const;

/** As the tunnel names them, in small letters; `unknown` for what it may name some day. */
export type UploadStatus = (typeof STATUSES)[number] | 'unknown';

export interface UploadedBlock {
  readonly id: number;
  readonly rows: number;
}

interface Description {
  readonly id: string;
  readonly status: UploadStatus;
  readonly schema: TableSchema;
  readonly maxFieldBytes: number | undefined;
  readonly blocks: readonly UploadedBlock[];
}

/** Blocks may go up concurrently. */
export class UploadSession {
  readonly #target: TunnelTarget;
  /** Blocks that went up through this object. */
  readonly #sent = new Set<number>();
  #last: Description;

  private constructor(target: TunnelTarget, description: Description) {
    this.#target = target;
    this.#last = description;
  }

  static async create(target: TunnelTarget, { signal }: CallOptions): Promise<UploadSession> {
    const action = `create an upload session of ${target}`;
    const reply = await target.connection.request(
      target.request('', { method: 'POST', query: { uploads: '' }, action, signal }),
    );
    return new UploadSession(target, describe(reply, action));
  }

  static async open(target: TunnelTarget, id: string, { signal }: CallOptions): Promise<UploadSession> {
    return new UploadSession(target, await target.connection.retried(signal, () => look(target, id, signal)));
  }

  get id(): string {
    return this.#last.id;
  }

  /** As of the last answer; `reload` asks again. */
  get status(): UploadStatus {
    return this.#last.status;
  }

  /** The table's when the session was created. */
  get schema(): TableSchema {
    return this.#last.schema;
  }

  /** The most that one value may have, where the tunnel says it. */
  get maxFieldBytes(): number | undefined {
    return this.#last.maxFieldBytes;
  }

  /** What the tunnel holds, as of the last answer. */
  get blocks(): readonly UploadedBlock[] {
    return this.#last.blocks;
  }

  /** @param id 0 to 19,999; a block that is there is replaced, so a repeat does no harm
   *  @param body what `RowEncoder.finish` gave; when this resolves, and only then, it may be used again */
  async uploadBlock(id: number, body: Buffer, { signal }: CallOptions): Promise<void> {
    const { connection } = this.#target;
    const { encoding, compress } = await connection.compressor();
    await connection.request(
      this.#target.request('', {
        method: 'PUT',
        query: { uploadid: this.id, blockid: String(id) },
        headers: {
          'content-type': 'application/octet-stream',
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
        },
        body: await compress(body),
        action: `upload block ${id} of ${this}`,
        signal,
      }),
    );
    this.#sent.add(id);
  }

  async reload({ signal }: CallOptions): Promise<void> {
    this.#last = await this.#target.connection.retried(signal, () => this.#look(signal));
  }

  /** Everything that was uploaded becomes visible, under whatever object of this session it went up. Resolves when it is, also when an
   *  earlier commit had come through whose answer was lost.
   *  @throws OdpsError `InConsistentBlockList` when the tunnel lacks a block that went up through this object; `StatusConflict` for a session
   *  that can not be committed any more; `CommitUnderWay` when another commit is not over */
  commit({ signal }: CallOptions): Promise<void> {
    return this.#target.connection.retried(signal, () => this.#commitOnce(signal));
  }

  toString(): string {
    return `upload session ${this.id} of ${this.#target}`;
  }

  async #look(signal: AbortSignal): Promise<Description> {
    return look(this.#target, this.id, signal);
  }

  async #commitOnce(signal: AbortSignal): Promise<void> {
    const action = `commit ${this}`;
    this.#last = await this.#look(signal);
    if (this.#isClosed(action)) return;
    const held = new Set(this.blocks.map(({ id }) => id));
    const missing = [...this.#sent].filter((id) => !held.has(id));
    if (missing.length > 0) {
      const text = `the session holds ${held.size} blocks, and not block ${missing.join(', ')}`;
      throw new OdpsError({ status: 200, code: 'InConsistentBlockList', action, text });
    }
    await this.#askToCommit(action, signal);
    if (this.#isClosed(action)) return;
    throw new OdpsError({ status: 200, code: COMMIT_UNDER_WAY, action, text: `the session is ${this.status}` });
  }

  async #askToCommit(action: string, signal: AbortSignal): Promise<void> {
    const { connection } = this.#target;
    try {
      const request = this.#target.request('', { method: 'POST', query: { uploadid: this.id }, action, signal });
      this.#last = describe(await connection.send(request), action);
    } catch (error) {
      if (!(error instanceof OdpsError) || error.code !== 'StatusConflict') throw error;
      // Somebody committed in the meantime, or the session is over.
      this.#last = await this.#look(signal);
      if (this.status === 'normal') throw error;
    }
  }

  /** Whether it is committed. @throws OdpsError when it never will be */
  #isClosed(action: string): boolean {
    const { status } = this;
    if (status === 'canceled' || status === 'expired' || status === 'critical') {
      throw new OdpsError({ status: 200, code: 'StatusConflict', action, text: `the session is ${status}` });
    }
    return status === 'closed';
  }
}

async function look(target: TunnelTarget, id: string, signal: AbortSignal): Promise<Description> {
  const action = `look at upload session ${id} of ${target}`;
  const request = target.request('', { method: 'GET', query: { uploadid: id }, action, signal });
  return describe(await target.connection.send(request), action);
}

function describe(reply: RawReply, action: string): Description {
  const { UploadID, Status, Schema, UploadedBlockList, MaxFieldSize } = documentOf(reply, action);
  const schema = readSchema(Schema);
  const blocks = readBlocks(UploadedBlockList ?? []);
  if (typeof UploadID !== 'string' || UploadID === '' || schema === undefined || blocks === undefined) {
    throw notUnderstood(reply, action, 'the answer describes no upload session');
  }
  const maxFieldBytes = typeof MaxFieldSize === 'number' && MaxFieldSize > 0 ? MaxFieldSize : undefined;
  return { id: UploadID, status: statusOf(Status), schema, maxFieldBytes, blocks };
}

function statusOf(value: unknown): UploadStatus {
  const text = String(value).toLowerCase();
  return STATUSES.find((status) => status === text) ?? 'unknown';
}

function readBlocks(list: unknown): UploadedBlock[] | undefined {
  if (!Array.isArray(list)) return undefined;
  const blocks = list.map(readBlock);
  return blocks.every((block) => block !== undefined) ? blocks : undefined;
}

function readBlock(document: unknown): UploadedBlock | undefined {
  if (!isObject(document)) return undefined;
  const id = Number(document['BlockID']);
  return Number.isSafeInteger(id) ? { id, rows: Number(document['RecordCount'] ?? 0) } : undefined;
}
