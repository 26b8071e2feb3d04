/** Carries a batch to a two-phase sink: upload, store the token in the offset commit, make the upload visible.
 *
 *  If the process dies
 *  - before the token is stored: the upload is never committed, and the next owner prepares the same range anew;
 *  - after that: the next owner finds the token, asks the sink what became of it, and commits what is open. A session that can still be committed
 *    is never left for another one, or both might become visible: what it lacks is uploaded into it;
 *  - after the sink committed: it answers so, and nothing is sent again.
 *  A commit that failed is answered by asking, too: it may have been taken all the same.
 *  Errant records are in the error topic before the token is stored: a range with a token needs no record looked at again. */
import pRetry from 'p-retry';
import { selectFromBatch } from '../../shared/envelope/block-builder.ts';
import { FatalError, RetriableError } from '../../shared/errors.ts';
import type { RecordOutcome } from '../../shared/outcomes.ts';
import { offsetAt, type RecordBatch } from '../../shared/records.ts';
import type { PreparedBatch, SessionRange, SessionState } from '../../shared/sink.ts';
import type { DeliveryRun } from './delivery-run.ts';
import type { Phases } from './invokers/invoker.ts';
import { outcomeReason } from './outcome-reason.ts';

/** Where the token of a batch is kept. */
export interface Session {
  /** What an earlier owner stored. */
  readonly token: string | undefined;
  /** Resolves when a confirmed commit carries `token`. Rejects with the fence's reason when it cannot any more. */
  store(token: string): Promise<void>;
  /** The batch ends before a record that stops the partition: from now on it is `records`. */
  shorten(records: RecordBatch): void;
}

/** As JSON text; see `PreparedBatch`. */
const TOKEN_MAX_BYTES = 200;

/** Delivers `batch` in phases. Resolves when every record of it is settled, or every one before the record that the partition stops at.
 *  @throws as `deliver` */
export async function deliverInPhases(
  batch: RecordBatch,
  session: Session,
  phases: Phases,
  run: DeliveryRun,
): Promise<void> {
  if (
    session.token !== undefined &&
    (await completed({ token: session.token, batch, range: rangeOf(batch) }, phases, run))
  ) {
    run.written(batch);
    return;
  }
  let records: RecordBatch | null = batch;
  while (records !== null) {
    const { token, refused } = await prepare(records, phases, run);
    const left: RecordBatch | null = await settleRefused(records, refused, run);
    const stop: number | undefined = run.stoppedAt;
    if (stop !== undefined && stop <= records.lastOffset && stop >= records.firstOffset) {
      // What was uploaded holds records behind the stop: it is left alone, and what lies before the stop goes by itself.
      records = left === null ? null : selectFromBatch(left, (block, index) => offsetAt(block, index) < stop);
      if (records !== null) session.shorten(records);
      continue;
    }
    if (left === null) return;
    if (token === undefined)
      throw new FatalError('ANSWER_INVALID', 'the sink prepared a batch and gave no token for it');
    await session.store(token);
    if (await completed({ token, batch: left, range: rangeOf(left), state: 'open' }, phases, run)) {
      run.written(left);
      return;
    }
    records = left;
  }
}

/** A token that is stored, and what it stands for. */
export interface StoredSession {
  readonly token: string;
  /** Undefined where Kafka no longer has its records. */
  readonly batch: RecordBatch | undefined;
  readonly range: SessionRange;
  /** When it is known already. */
  readonly state?: SessionState;
}

/** Makes the session visible; false when it is gone and its records must be prepared anew. */
export async function completed(stored: StoredSession, phases: Phases, run: DeliveryRun): Promise<boolean> {
  const { token, batch, range } = stored;
  let known = stored.state;
  return await step(batch, run, async () => {
    const state = known ?? (await phases.resolve(token, range, run.call));
    // After a failure nothing is known.
    known = undefined;
    switch (state) {
      case 'committed':
        return true;
      case 'gone':
        return false;
      case 'incomplete':
        // Kafka no longer has the records either: they are as lost as all that it removes before it is written.
        if (batch === undefined) return true;
        // What was refused is in the error topic already.
        await phases.prepare(batch, run.call, token);
        break;
      case 'open':
        break;
      default:
        throw unknownState(state);
    }
    await phases.commit([token], run.call);
    return true;
  });
}

function unknownState(state: never): FatalError {
  return new FatalError('ANSWER_INVALID', `the sink said \`${String(state)}\` of a session`);
}

function rangeOf({ topic, partition, firstOffset, lastOffset, plannedFirst }: RecordBatch): SessionRange {
  return { topic, partition, firstOffset: plannedFirst ?? firstOffset, lastOffset };
}

async function prepare(records: RecordBatch, phases: Phases, run: DeliveryRun): Promise<PreparedBatch> {
  const prepared = await step(records, run, () => phases.prepare(records, run.call));
  const bytes = Buffer.byteLength(JSON.stringify(prepared.token ?? ''));
  if (bytes > TOKEN_MAX_BYTES) {
    throw new FatalError(
      'TOKEN_TOO_LARGE',
      `the sink's token takes ${bytes} bytes; at most ${TOKEN_MAX_BYTES} fit beside the others into an offset commit`,
    );
  }
  return prepared;
}

/** Settles what the sink refused; answers the records that are part of the upload. */
async function settleRefused(
  records: RecordBatch,
  refused: readonly RecordOutcome[],
  run: DeliveryRun,
): Promise<RecordBatch | null> {
  if (refused.length === 0) return records;
  const out = new Set(refused.map(({ offset }) => offset));
  for (const { offset, status } of refused) if (status === 'dropped') run.settled(offset, status);
  const errant = refused.filter(({ status }) => status === 'errant').sort((a, b) => a.offset - b.offset);
  if (errant.length > 0) {
    await run.errant(errant.map((outcome) => ({ offset: outcome.offset, reason: outcomeReason(outcome) })));
  }
  return selectFromBatch(records, (block, index) => !out.has(offsetAt(block, index)));
}

/** One step, tried until the target takes it. */
async function step<T>(left: RecordBatch | undefined, run: DeliveryRun, call: () => Promise<T>): Promise<T> {
  let failures = 0;
  return await pRetry(call, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    maxTimeout: 0,
    signal: run.fence,
    shouldRetry: ({ error }) => error instanceof RetriableError,
    onFailedAttempt: async ({ error }) => {
      if (!(error instanceof RetriableError) || run.fence.aborted) return;
      await run.wait({ left, error, failures: ++failures, counted: false, inItsWords: false });
    },
  });
}
