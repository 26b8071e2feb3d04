/** Writes rows by upload sessions: one for each batch. Guarantee: all rows of a session become visible at one time, and once, however often it is
 *  uploaded into and committed. So a batch whose session is remembered is there exactly once: what is not known is asked of the session, and of
 *  the table once there is no session any more (`session-lookup.ts`). */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { Clock } from '../../shared/clock.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SessionRange, SessionState, WriteContext } from '../../shared/sink.ts';
import { inWords } from './batch-parts.ts';
import { isSessionEnded } from './classify.ts';
import { OutdatedSessions } from './outdated-sessions.ts';
import type { SessionLookup } from './session-lookup.ts';
import type { SessionPacer } from './session-pacer.ts';
import { settled, standingOf, unsettled } from './session-state.ts';
import type { SessionToken } from './session-token.ts';
import { type EncodedRows, giveBack, schemaText, type TableRows } from './table-rows.ts';
import type { Call, TableTarget, Upload } from './table-target.ts';
import type { Destination, Prepared, TableWriter } from './table-writer.ts';

export interface AppendWriterOptions {
  readonly target: TableTarget;
  readonly rows: TableRows;
  readonly pacer: SessionPacer;
  readonly lookup: Pick<SessionLookup, 'look'>;
  readonly clock: Clock;
}

/** Sessions of this process that are not committed yet and need not be asked for. Those of batches that were given up stay until others come. */
const MOST_KNOWN = 64;

/** An upload without rows: what a block becomes that is there and should not be. */
const EMPTY_BLOCK: Buffer = Buffer.from('f0ffff7f00f8ffff7f00', 'hex');

export class AppendWriter implements TableWriter {
  readonly #options: AppendWriterOptions;
  readonly #known = new Map<string, Upload>();
  readonly #outdated = new OutdatedSessions();

  constructor(options: AppendWriterOptions) {
    this.#options = options;
  }

  async upload(batch: RecordBatch, { info, partition }: Destination, context: WriteContext): Promise<Prepared> {
    const { target, rows, pacer } = this.#options;
    const { signal } = context;
    const call = callOf(batch, context);
    const first = await target.run(call, () => rows.encode(batch, info, signal));
    if (first.rows === 0) return { token: undefined, refused: first.refused };
    await target.run(call, () => pacer.begin('session', context));
    const session = await target.inPartition(partition, call, () =>
      target.client.createUpload(target.name, partition, { signal }),
    );
    const encoded = await this.#encodedFor(session, info, first, batch, call);
    if (encoded.rows > 0) await this.#send(session, encoded, partition, call, context);
    const { refused } = encoded;
    if (encoded.rows === 0) return { token: undefined, refused };
    this.#remember(session);
    const { length: blocks } = encoded.blocks;
    return { token: { kind: 'append', id: session.id, rows: encoded.rows, blocks, partition }, refused };
  }

  /** Kafka may have fewer of the records by now. What they had of blocks is then replaced by blocks without rows. */
  async uploadAgain(batch: RecordBatch, token: SessionToken, context: WriteContext): Promise<Prepared> {
    const { target, rows } = this.#options;
    const call = callOf(batch, context);
    const session = await this.#open(token, call);
    // As the first upload had it: what it took is in no error topic.
    rows.limitFields(session.maxFieldBytes);
    const encoded = await target.run(call, () => rows.encode(batch, session.schema, context.signal));
    await this.#outdated.watch(session.id, () => this.#send(session, encoded, token.partition, call, context));
    for (const { id, rows: held } of session.blocks) {
      if (id < encoded.blocks.length || held === 0) continue;
      await target.run(call, () => session.uploadBlock(id, EMPTY_BLOCK, context));
    }
    this.#remember(session);
    return { token, refused: encoded.refused };
  }

  async commit(token: SessionToken, context: WriteContext): Promise<void> {
    const { target, pacer } = this.#options;
    const call = { signal: context.signal, about: `session ${token.id}` };
    const known = this.#known.get(token.id);
    // Whatever comes of it, the session is asked the next time.
    this.#known.delete(token.id);
    const session = known ?? (await this.#open(token, call));
    const standing = standingOf(session);
    switch (standing) {
      case 'committed':
        return;
      case 'usable':
        return await this.#outdated.watch(session.id, () =>
          target.inPartition(token.partition, call, () => pacer.committing(context, () => session.commit(context))),
        );
      case 'moving':
        throw unsettled(session);
      case 'over':
        throw new RetriableError(
          'MAXCOMPUTE_SESSION_ENDED',
          `upload session ${session.id} of table ${target.name} is ${session.status}; what became of it is looked at`,
        );
      default:
        standing satisfies never;
    }
  }

  async resolve(token: SessionToken, range: SessionRange, context: WriteContext): Promise<SessionState> {
    const { lookup } = this.#options;
    const call = callOf(range, context);
    try {
      const session = await this.#open(token, call);
      const standing = await settled(session, this.#options, call, context);
      if (standing === 'committed') return standing;
      if (standing === 'usable') {
        if (this.#outdated.take(session.id)) return 'gone';
        return holdsAll(session, token) ? 'open' : 'incomplete';
      }
    } catch (thrown) {
      if (!isSessionEnded(thrown)) throw thrown;
    }
    return await lookup.look(token, range, call);
  }

  async #open({ id, partition }: SessionToken, call: Call): Promise<Upload> {
    const { target } = this.#options;
    return await target.inPartition(partition, call, () => target.client.openUpload(target.name, partition, id, call));
  }

  /** What was encoded for the table as it was known; anew where the session says that it was altered meanwhile, or how large values may be. */
  async #encodedFor(
    { schema, maxFieldBytes }: Upload,
    known: Destination['info'],
    encoded: EncodedRows,
    batch: RecordBatch,
    call: Call,
  ): Promise<EncodedRows> {
    const { target, rows } = this.#options;
    const isAltered = schemaText(schema) !== schemaText(known);
    rows.limitFields(maxFieldBytes);
    if (encoded.maxFieldBytes === rows.maxFieldBytes && !isAltered) return encoded;
    if (isAltered) target.forget();
    giveBack(encoded.blocks);
    return await target.run(call, () => rows.encode(batch, schema, call.signal));
  }

  async #send(
    session: Upload,
    { blocks }: EncodedRows,
    partition: Destination['partition'],
    call: Call,
    context: WriteContext,
  ): Promise<void> {
    const { target, pacer } = this.#options;
    for (const [id, { body }] of blocks.entries()) {
      await target.inPartition(partition, call, async () => {
        await pacer.begin('block', context);
        await session.uploadBlock(id, body, context);
      });
      // After a failure it may still be on its way.
      bodyBuffers.giveBack(body);
    }
  }

  #remember(session: Upload): void {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= MOST_KNOWN) this.#known.delete(oldest);
    this.#known.set(session.id, session);
  }
}

function callOf(range: SessionRange, { signal }: WriteContext): Call {
  return { signal, about: inWords(range) };
}

function holdsAll({ blocks: held }: Upload, { rows, blocks }: SessionToken): boolean {
  const ids = new Set(held.map(({ id }) => id));
  for (let id = 0; id < blocks; id++) if (!ids.has(id)) return false;
  return held.reduce((sum, block) => sum + block.rows, 0) === rows;
}
