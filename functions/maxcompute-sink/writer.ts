/** Writes batches as rows of a table, in two steps: upload, then commit. Guarantee: as its `TableWriter` has it, exactly once where the caller
 *  remembers tokens between the two; `write` does both at once, at least once. */
import { FatalError, RecordError, RetriableError } from '../../shared/errors.ts';
import type { BatchOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import type {
  PreparedBatch,
  SessionRange,
  SessionState,
  SourceTopic,
  TwoPhaseWriter,
  WriteContext,
} from '../../shared/sink.ts';
import { inWords, refusal } from './batch-parts.ts';
import { writeParts } from './batch-write.ts';
import type { MaxComputeConfig } from './config.ts';
import {
  readSessionToken,
  type SessionKind,
  type SessionToken,
  sessionTokenText,
  unnamablePartition,
} from './session-token.ts';
import type { TableAccess } from './table-access.ts';
import { modeOf } from './table-mode.ts';
import type { TableTarget } from './table-target.ts';
import type { Prepared, TableWriter } from './table-writer.ts';

export interface MaxComputeWriterOptions {
  readonly config: MaxComputeConfig;
  readonly target: TableTarget;
  readonly access: TableAccess;
  readonly writers: Readonly<Record<SessionKind, TableWriter>>;
}

export class MaxComputeWriter implements TwoPhaseWriter {
  readonly #options: MaxComputeWriterOptions;

  constructor(options: MaxComputeWriterOptions) {
    this.#options = options;
  }

  async open(_topics: readonly SourceTopic[], context: WriteContext): Promise<void> {
    const { access } = this.#options;
    await access.within(context, (bounded) => access.look(bounded, ''));
  }

  async prepare(batch: RecordBatch, context: WriteContext, token?: string): Promise<PreparedBatch> {
    const { access, writers } = this.#options;
    const [part, other] = access.partsOf(batch);
    if (part === undefined || other !== undefined) {
      throw new FatalError('UNCLASSIFIED', `a batch of several partitions of the table came, ${inWords(batch)}`);
    }
    return await access.within(context, async (bounded) => {
      if (token === undefined) {
        const { token: made, refused } = await this.#upload(part, bounded);
        return { token: made && sessionTokenText(made), refused };
      }
      const read = readSessionToken(token);
      const { refused } = await writers[read.kind].uploadAgain(part, read, bounded);
      return { token, refused };
    });
  }

  async commit(tokens: readonly string[], context: WriteContext): Promise<void> {
    const { access, writers } = this.#options;
    await access.within(context, async (bounded) => {
      for (const token of tokens.map(readSessionToken)) await writers[token.kind].commit(token, bounded);
    });
  }

  async resolve(token: string, range: SessionRange, context: WriteContext): Promise<SessionState> {
    const { access, writers } = this.#options;
    const read = readSessionToken(token);
    return await access.within(context, (bounded) => writers[read.kind].resolve(read, range, bounded));
  }

  async write(batch: RecordBatch, context: WriteContext): Promise<BatchOutcome> {
    const { access } = this.#options;
    return await access.within(context, (bounded) =>
      writeParts(batch, access.partsOf(batch), async (part) => {
        access.requireTime(bounded);
        const { token, refused } = await this.#upload(part, bounded);
        if (token !== undefined) await this.#committed(token, part, bounded);
        return refused;
      }),
    );
  }

  async close(): Promise<void> {
    await this.#options.target.client.close();
  }

  /** A commit that failed may have been taken, or may be taken still: what became of it is asked before anything is written again. */
  async #committed(token: SessionToken, part: RecordBatch, context: WriteContext): Promise<void> {
    const writer = this.#options.writers[token.kind];
    try {
      await writer.commit(token, context);
    } catch (thrown) {
      // Who was throttled was not heard, and comes again later.
      if (!(thrown instanceof RetriableError) || thrown.trouble === 'throttled') throw thrown;
      const state = await writer.resolve(token, part, context);
      if (state === 'gone' || state === 'incomplete') throw thrown;
      if (state === 'open') await writer.commit(token, context);
    }
  }

  async #upload(part: RecordBatch, context: WriteContext): Promise<Prepared> {
    const { config, access, writers } = this.#options;
    const destination = await access.destinationOf(part, context);
    if (!('info' in destination)) return { token: undefined, refused: destination };
    const problem = destination.partition && unnamablePartition(destination.partition);
    if (problem !== undefined) return refuseAll(part, new RecordError('MAXCOMPUTE_PARTITION_TOO_LONG', problem));
    const kind = modeOf(config, destination.info) === 'upsert' ? 'upsert' : 'append';
    return await writers[kind].upload(part, destination, context);
  }
}

function refuseAll(part: RecordBatch, error: RecordError): Prepared {
  const refused = part.segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, i) => refusal(part, offsetAt(block, from + i), error)),
  );
  return { token: undefined, refused };
}
