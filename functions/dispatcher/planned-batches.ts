/** Ties the batches of a partition to the plan in its offset commit: what was planned before is cut the same way again, what is new is
 *  planned before it is sent, what is settled leaves the plan. See `batch-plan.ts` for the rules. */
import type { OffsetTracker } from '../../shared/offset-tracker.ts';
import { offsetAt, type RecordBatch, type RecordBlock, type TopicPartition } from '../../shared/records.ts';
import type { SessionRange } from '../../shared/sink.ts';
import { BatchPlan, type Planned } from './batch-plan.ts';
import { type PlannedRange, type StopMark, windowName } from './commit-metadata.ts';
import { RangeCollector } from './range-collector.ts';

/** What the plan asks of its partition. */
export interface PlanHost {
  readonly tp: TopicPartition;
  readonly tracker: OffsetTracker;
  readonly stopMark: StopMark | undefined;
  /** Offset of the next commit. */
  readonly commitOffset: number;
  /** A batch as it was planned before; it goes to the target again. */
  recut(batch: RecordBatch): void;
  /** A range of which no record is left, with a session at the target that is to be completed. */
  finishAlone(token: string, range: SessionRange, done: () => void): void;
}

export class PlannedBatches {
  readonly #plan: BatchPlan;
  readonly #collector: RangeCollector;
  readonly #rangeOf = new Map<RecordBatch, Planned>();
  /** Closed batches that found no room in the metadata, by first offset. */
  #roomless: RecordBatch[] = [];

  /** @param plan what the offset `committed` came with */
  constructor(
    { plan, committed, withTokens }: { plan: readonly PlannedRange[]; committed: number; withTokens: boolean },
    private readonly host: PlanHost,
  ) {
    this.#plan = new BatchPlan(plan, withTokens, committed === host.commitOffset);
    this.#collector = new RangeCollector(host.tp, this.#plan.ranges, {
      recut: (range, batch) => this.#recut(range, batch),
      emptied: (range) => this.#emptied(range),
    });
  }

  /** Whether something waits for a commit. */
  get unstored(): boolean {
    return this.#plan.unstored;
  }

  get version(): number {
    return this.#plan.version;
  }

  /** Whether batches wait for room in the metadata. */
  get full(): boolean {
    return this.#roomless.length > 0;
  }

  /** Whether they wait for a range that is still being read again: nothing leaves the metadata before that is read to its end. */
  get fullUntilReadOn(): boolean {
    const { firstUnacked } = this.host.tracker;
    return this.full && firstUnacked !== undefined && this.#collector.holdsBack(firstUnacked);
  }

  /** Encoded bytes in ranges that are still being read again; they cannot be closed early. */
  get collectedBytes(): number {
    return this.#collector.openBytes;
  }

  /** No commit may be past this offset. */
  get lowestUnfinished(): number | undefined {
    return this.#plan.lowestUnfinished;
  }

  rangesFor(at: number): readonly PlannedRange[] {
    return this.#plan.rangesFor(at);
  }

  /** Whether records may still come that `claim` takes. */
  get isReadingAgain(): boolean {
    return this.#collector.active;
  }

  /** Takes record `index` of `block` if an earlier owner planned it: `written` when it is at the target already, `taken` when it joined
   *  its batch, undefined when it is new. */
  claim(
    block: RecordBlock,
    index: number,
    encodedBytes: number,
    window: string | undefined,
  ): 'written' | 'taken' | undefined {
    if (!this.#collector.active) return undefined;
    const range = this.#collector.rangeOf(offsetAt(block, index), window);
    if (range === undefined) return undefined;
    if (range.done) return 'written';
    this.#collector.add(range, block, index, encodedBytes, window);
    return 'taken';
  }

  /** Whether an earlier owner wrote a record that travels alone. */
  isWritten(block: RecordBlock, index: number, window: string | undefined): boolean {
    return this.#collector.active && this.#collector.rangeOf(offsetAt(block, index), window)?.done === true;
  }

  /** Closes what was planned before `position`, the next offset to be delivered. */
  passed(position: number): void {
    this.#collector.closeThrough(position);
  }

  /** Lets go of what is being read again. */
  drop(): void {
    this.#collector.drop();
  }

  /** Plans a batch that was just closed. */
  plan(batch: RecordBatch): void {
    if (!this.#add(batch)) this.#roomless.push(batch);
  }

  /** Whether a confirmed commit names the batch, with its token if it has one: what comes next may be done. */
  isStored(batch: RecordBatch): boolean {
    const range = this.#rangeOf.get(batch);
    return range !== undefined && this.#plan.isStored(range);
  }

  /** The broker confirmed a commit of `offset` that carried `version`. */
  confirm(offset: number, version: number): void {
    this.#plan.confirm(offset, version);
    const waiting = this.#roomless.sort((a, b) => a.firstOffset - b.firstOffset);
    this.#roomless = [];
    // Where one finds no room those behind it are not asked: there may be thousands.
    const left = waiting.findIndex((batch) => !this.#add(batch));
    if (left >= 0) this.#roomless = waiting.slice(left);
  }

  /** The delivery of `batch` ended: every record of it is settled, or every one that is not behind the stop. */
  delivered(batch: RecordBatch): void {
    const range = this.#rangeOf.get(batch);
    if (range === undefined) return;
    this.#rangeOf.delete(batch);
    const { stopMark, tracker, commitOffset } = this.host;
    if (stopMark === undefined || stopMark.offset > range.last) this.#plan.finish(range);
    else this.#plan.finishStopped(range, ackedRuns(batch, tracker), commitOffset, stopMark);
  }

  /** What a two-phase sink answered for `batch`, now or under an earlier owner. */
  tokenOf(batch: RecordBatch): string | undefined {
    return this.#rangeOf.get(batch)?.token;
  }

  setToken(batch: RecordBatch, token: string): void {
    const range = this.#rangeOf.get(batch);
    if (range !== undefined) this.#plan.setToken(range, token);
  }

  /** The partition stops inside `batch`: what goes to the target of it is `records`. */
  shortened(batch: RecordBatch, records: RecordBatch): void {
    const range = this.#rangeOf.get(batch);
    if (range !== undefined) this.#rangeOf.set(batch, this.#plan.shorten(range, records.lastOffset));
  }

  #add(batch: RecordBatch): boolean {
    const { commitOffset, stopMark, tracker } = this.host;
    const window = batch.window === undefined ? undefined : windowName(batch.window);
    const { firstOffset: first, lastOffset: last } = batch;
    const isHead = first <= (tracker.firstUnacked ?? first);
    const mayFit = isHead || !this.full;
    const range =
      this.#collector.takeOut(first, last, window) ??
      (mayFit ? this.#plan.add({ first, last, window }, commitOffset, stopMark, isHead) : undefined);
    if (range !== undefined) this.#rangeOf.set(batch, range);
    return range !== undefined;
  }

  #recut(range: Planned, again: RecordBatch): void {
    // Kafka does not have its first record any more, but a target that has the batch knows it by that one.
    const batch = again.firstOffset > range.first ? { ...again, plannedFirst: range.first } : again;
    this.#rangeOf.set(batch, range);
    this.host.recut(batch);
  }

  #emptied(range: Planned): void {
    const finish = () => this.#plan.finish(range);
    const { first: firstOffset, last: lastOffset, token } = range;
    if (token === undefined) finish();
    else this.host.finishAlone(token, { ...this.host.tp, firstOffset, lastOffset }, finish);
  }
}

/** Runs of `batch` that are acked, none of its records between. */
function ackedRuns(batch: RecordBatch, tracker: OffsetTracker): { readonly first: number; readonly last: number }[] {
  const runs: { first: number; last: number }[] = [];
  let open: { first: number; last: number } | undefined;
  for (const { block, from, to } of batch.segments) {
    for (let index = from; index < to; index++) {
      const offset = offsetAt(block, index);
      if (!tracker.isAcked(offset)) open = undefined;
      else if (open !== undefined) open.last = offset;
      else {
        open = { first: offset, last: offset };
        runs.push(open);
      }
    }
  }
  return runs;
}
