/** A two-phase sink as a dispatcher drives it: tokens are remembered, and what became of them is asked before a batch goes again. */
import type { BatchOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import type { SinkWriter, TwoPhaseWriter, WriteContext } from '../../shared/sink.ts';

/** Lives as long as the tokens are to live; writers may come and go. */
export type StoredTokens = Map<string, string>;

export function isTwoPhase(writer: SinkWriter): writer is TwoPhaseWriter {
  return 'prepare' in writer;
}

/** @throws Error when `writer` has no phases */
export function throughPhases(writer: SinkWriter, tokens: StoredTokens = new Map()): SinkWriter {
  if (!isTwoPhase(writer)) throw new Error('the writer is not two-phase');
  return {
    write: (batch, context) => written(writer, tokens, batch, context),
    close: () => writer.close(),
  };
}

async function written(
  writer: TwoPhaseWriter,
  tokens: StoredTokens,
  batch: RecordBatch,
  context: WriteContext,
): Promise<BatchOutcome> {
  const { topic, partition, firstOffset, lastOffset } = batch;
  const name = `${topic}-${partition} ${firstOffset} ${lastOffset} ${batch.window}`;
  const stored = tokens.get(name);
  const state = stored === undefined ? 'gone' : await writer.resolve(stored, batch, context);
  const prepared = state === 'gone' ? await writer.prepare(batch, context) : undefined;
  if (stored !== undefined && state === 'incomplete') await writer.prepare(batch, context, stored);
  const token = prepared === undefined ? stored : prepared.token;
  if (token !== undefined) {
    tokens.set(name, token);
    if (state !== 'committed') await writer.commit([token], context);
  }
  const refused = prepared?.refused ?? [];
  const out = new Set(refused.map(({ offset }) => offset));
  const offsets = batch.segments.flatMap(({ block, from, to }) =>
    Array.from({ length: to - from }, (_, i) => offsetAt(block, from + i)),
  );
  const others = offsets.filter((offset) => !out.has(offset));
  return {
    outcomes: [...refused, ...others.map((offset) => ({ topic, partition, offset, status: 'written' as const }))],
  };
}
