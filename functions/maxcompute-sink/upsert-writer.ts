/** Writes rows of a table with a primary key, by upsert sessions: one for each batch. Guarantee: the row of a key is that of its last record, and
 *  none when that is a tombstone; a batch that comes again changes nothing, as long as batches come in order. */
import { bodyBuffers } from '../../shared/body-buffers.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Crc32c } from '../../shared/kafka/wire/crc32c.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import type { RecordBatch } from '../../shared/records.ts';
import type { SessionRange, SessionState, WriteContext } from '../../shared/sink.ts';
import { inWords } from './batch-parts.ts';
import { isSessionEnded } from './classify.ts';
import { OutdatedSessions } from './outdated-sessions.ts';
import type { SessionPacer } from './session-pacer.ts';
import { settled, standingOf, unsettled } from './session-state.ts';
import type { SessionToken } from './session-token.ts';
import type { TableRows } from './table-rows.ts';
import type { Call, TableTarget, Upsert } from './table-target.ts';
import type { Destination, Prepared, TableWriter } from './table-writer.ts';
import type { TableInfo } from './tunnel/table-info.ts';
import { type UpsertRows, upsertRows } from './upsert-rows.ts';

export interface UpsertWriterOptions {
  readonly target: TableTarget;
  readonly rows: TableRows;
  readonly pacer: SessionPacer;
  /** See `loadCrc32c`. */
  readonly crc32c: () => Promise<Crc32c>;
  readonly clock: Clock;
}

export class UpsertWriter implements TableWriter {
  readonly #options: UpsertWriterOptions;
  readonly #outdated = new OutdatedSessions();

  constructor(options: UpsertWriterOptions) {
    this.#options = options;
  }

  async upload(batch: RecordBatch, { info, partition }: Destination, context: WriteContext): Promise<Prepared> {
    const { target, pacer } = this.#options;
    const { signal } = context;
    const call = callOf(batch, context);
    await target.run(call, () => pacer.begin('session', context));
    const session = await target.inPartition(partition, call, () =>
      target.client.createUpsert(target.name, partition, { signal }),
    );
    const { rows, refused, blocks } = await this.#send(batch, session, info, partition, call);
    if (rows > 0) return { token: { kind: 'upsert', id: session.id, rows, blocks, partition }, refused };
    await target.run(call, () => session.abort({ signal }));
    return { token: undefined, refused };
  }

  async uploadAgain(batch: RecordBatch, token: SessionToken, context: WriteContext): Promise<Prepared> {
    const { target } = this.#options;
    const call = callOf(batch, context);
    const session = await this.#open(token, call);
    const { refused } = await this.#send(batch, session, await target.look(call), token.partition, call);
    return { token, refused };
  }

  async commit(token: SessionToken, context: WriteContext): Promise<void> {
    const { target, pacer } = this.#options;
    const call = { signal: context.signal, about: `session ${token.id}` };
    const session = await this.#open(token, call);
    if (standingOf(session) === 'committed') return;
    await this.#outdated.watch(session.id, () =>
      target.inPartition(token.partition, call, () =>
        pacer.committing(context, () => session.commit({ signal: context.signal })),
      ),
    );
    if (standingOf(session) !== 'committed') throw unsettled(session);
  }

  async resolve(token: SessionToken, range: SessionRange, context: WriteContext): Promise<SessionState> {
    const call = callOf(range, context);
    try {
      const standing = await settled(await this.#open(token, call), this.#options, call, context);
      if (standing === 'committed') return standing;
      // A token stands for an upload that was complete.
      return standing === 'usable' && !this.#outdated.take(token.id) ? 'open' : 'gone';
    } catch (thrown) {
      // Committed or expired: its rows, written once more in their order, end in the same table.
      if (isSessionEnded(thrown)) return 'gone';
      throw thrown;
    }
  }

  async #open({ id, partition }: SessionToken, call: Call): Promise<Upsert> {
    const { target } = this.#options;
    return await target.inPartition(partition, call, () => target.client.openUpsert(target.name, partition, id, call));
  }

  async #send(
    batch: RecordBatch,
    session: Upsert,
    { primaryKey }: TableInfo,
    partition: Destination['partition'],
    call: Call,
  ): Promise<{ readonly rows: number; readonly blocks: number; readonly refused: readonly RecordOutcome[] }> {
    const { target, rows: formats, crc32c, clock } = this.#options;
    const { signal } = call;
    return await target.inPartition(partition, call, async () => {
      const format = formats.formatOf(session.schema);
      const deps = { format, primaryKey, crc32c: await crc32c(), clock };
      const encoded = await upsertRows(batch, session, deps, signal);
      await writeBuckets(session, encoded, signal);
      return { rows: encoded.rows, blocks: encoded.buckets.length, refused: encoded.refused };
    });
  }
}

/** One bucket after the other: a session has few slots. */
async function writeBuckets(session: Upsert, { buckets }: UpsertRows, signal: AbortSignal): Promise<void> {
  for (const { bucket, encoder } of buckets) {
    const { rows } = encoder;
    const body = encoder.finish();
    await session.write(bucket, body, rows, { signal });
    bodyBuffers.giveBack(body);
  }
}

function callOf(range: SessionRange, { signal }: WriteContext): Call {
  return { signal, about: inWords(range) };
}
