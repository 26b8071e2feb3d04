/** The way of one topic-partition's records through a task: delivered -> examined -> batched -> sent -> settled -> committable.
 *
 *  States: `reading`; `stopped` once `errors.policy=stop` met an errant record, or the target holds something else in this record's
 *  place, here or under the last owner: what lies before that offset is still finished, nothing after it is touched; `fenced` once
 *  the partition is revoked, lost or closing: nothing is taken in, nothing is sent again, what is under way may finish until `abort`.
 *  `release` ends every state: what is unacked is handed back. */
import { Batcher, type BatchLimits } from '../../shared/batcher.ts';
import type { ErrantReason, ErrantRecord } from '../../shared/errant.ts';
import type { FatalError } from '../../shared/errors.ts';
import type { AssignedPartition, OffsetToCommit } from '../../shared/kafka/driver.ts';
import { OffsetTracker } from '../../shared/offset-tracker.ts';
import { offsetAt, type RecordBatch, type RecordBlock, type TopicPartition } from '../../shared/records.ts';
import type { WindowOf } from '../../shared/sink.ts';
import { BatchSender, type BatchSenderDeps, type SenderOwner } from './batch-sender.ts';
import { examine, type IntakeRules } from './intake.ts';
import type { Ledger } from './ledger.ts';
import type { MemoryBudget } from './memory-budget.ts';
import type { TaskMetrics } from './metrics.ts';
import { decodeStopMark, encodeStopMark, type StopMark } from './stop-mark.ts';

/** What all pipelines of a task share. */
export interface PipelineDeps extends BatchSenderDeps {
  readonly intake: IntakeRules;
  readonly limits: BatchLimits;
  readonly windowOf: WindowOf | undefined;
  readonly budget: MemoryBudget;
  readonly metrics: TaskMetrics;
}

/** What a pipeline asks of its task. */
export interface PipelineHost {
  pause(): void;
  resume(): void;
  /** A batch was settled, or the partition stopped: there may be something to commit. */
  settled(): void;
  failed(error: FatalError): void;
}

/** Closed batches that may wait for a free place before intake pauses. */
const QUEUE_BOUND = 2;

export class PartitionPipeline implements SenderOwner {
  readonly tp: TopicPartition;
  readonly tracker: OffsetTracker;
  /** Position of the partition's end at the last fetch. */
  endOffset: number;
  /** Open batches are closed as soon as the position reaches this offset. */
  flushAt: number | undefined;

  #position: number;
  #stop: StopMark | undefined;
  #committed: { offset: number; metadata: string };
  readonly #batcher: Batcher;
  readonly #sender: BatchSender;
  #accountedBytes = 0;
  #released = false;
  #paused = false;
  /** Why its task keeps it from reading. */
  #held: string | undefined;

  /** @param resumeStopped a stop mark left by the last owner is lifted instead of kept */
  constructor(
    { topic, partition, position, metadata }: AssignedPartition,
    resumeStopped: boolean,
    private readonly ledger: Ledger,
    private readonly deps: PipelineDeps,
    private readonly host: PipelineHost,
  ) {
    this.tp = { topic, partition };
    this.tracker = new OffsetTracker(this.tp, position);
    this.#position = position;
    this.endOffset = position;
    this.#committed = { offset: position, metadata };
    this.#stop = resumeStopped ? undefined : decodeStopMark(metadata);
    this.#sender = new BatchSender(deps, this);
    this.#batcher = new Batcher(this.tp, deps.limits, (batch, reason) => {
      deps.metrics.batchClosed(reason);
      this.#sender.enqueue(batch);
    });
    this.#applyPause();
  }

  /** Next offset that the consumer will deliver. */
  get position(): number {
    return this.#position;
  }

  /** The record the partition is stopped at; undefined while there is something left to read before it. */
  get stoppedAt(): StopMark | undefined {
    return this.#stop !== undefined && this.#position >= this.#stop.offset ? this.#stop : undefined;
  }

  /** As `stoppedAt`, but only once nothing is left to send or under way: nothing more happens here until a person resumes it. */
  get waitsForPersonAt(): StopMark | undefined {
    return this.#sender.idle && this.#batcher.openRecords === 0 ? this.stoppedAt : undefined;
  }

  /** Whether everything before `flushAt` is settled. */
  get atGoal(): boolean {
    return this.flushAt !== undefined && (this.tracker.firstUnacked ?? this.#position) >= this.flushAt;
  }

  /** What to commit now; undefined when the broker knows it all. */
  get toCommit(): (OffsetToCommit & { readonly metadata: string }) | undefined {
    if (this.#released) return undefined;
    const offset = this.tracker.committable();
    const metadata = this.#stop === undefined ? '' : encodeStopMark(this.#stop);
    if (offset === undefined && metadata === this.#committed.metadata) return undefined;
    return { ...this.tp, offset: offset ?? this.#committed.offset, metadata };
  }

  /** The broker confirmed a commit. */
  committed(entry: { readonly offset: number; readonly metadata: string }): void {
    this.#committed = { offset: entry.offset, metadata: entry.metadata };
    this.tracker.markCommitted(entry.offset);
  }

  get openBytes(): number {
    return this.#batcher.openBytes;
  }

  /** Encoded bytes closed and not settled yet. */
  get pendingBytes(): number {
    return this.#sender.pendingBytes;
  }

  /** Why nothing is fetched right now; undefined while it flows. */
  get pausedReason(): string | undefined {
    if (!this.#paused) return undefined;
    if (this.stoppedAt !== undefined) return 'stopped';
    return this.#held ?? this.#sender.waitingReason ?? 'backpressure';
  }

  /** Takes in the records of a fetch, in offset order. */
  accept(block: RecordBlock, now: number): void {
    if (this.#sender.fenced || block.count === 0) return;
    this.tracker.track(block);
    this.ledger.polled += block.count;
    const errant: ErrantRecord[] = [];
    for (let index = 0; index < block.count; index++) {
      if (this.#stop !== undefined && offsetAt(block, index) >= this.#stop.offset) break;
      this.#take(block, index, now, errant);
    }
    this.#position = offsetAt(block, block.count - 1) + 1;
    if (errant.length > 0) this.#sender.report(errant);
    this.#goOn();
  }

  #take(block: RecordBlock, index: number, now: number, errant: ErrantRecord[]): void {
    const verdict = examine(block, index, this.deps.intake);
    if (typeof verdict === 'number') {
      this.#batcher.add(block, index, verdict, this.deps.windowOf?.(block, index), now);
    } else if (verdict === 'dropped') {
      this.settled(offsetAt(block, index), 'dropped');
    } else if ('errant' in verdict) {
      if (this.deps.errorsPolicy === 'stop') this.stopAt(offsetAt(block, index), verdict.errant);
      else errant.push({ block, index, reason: verdict.errant });
    } else {
      const overflow = verdict.claimCheck ? null : verdict.alone;
      this.#batcher.addAlone(block, index, verdict.encodedBytes, this.deps.windowOf?.(block, index), overflow);
    }
  }

  /** The consumer passed everything before `position`, records that nobody sees included. */
  progressed(position: number, endOffset: number): void {
    if (this.#sender.fenced) return;
    this.#position = position;
    this.endOffset = endOffset;
    if (this.#stop === undefined || position <= this.#stop.offset) this.tracker.advance(position);
    this.#goOn();
  }

  /** Closes batches whose time has come. */
  tick(now: number): void {
    if (this.#sender.fenced) return;
    this.#batcher.closeDue(now);
    this.#goOn();
  }

  /** Closes the largest open batch; false when there is none. */
  closeLargest(): boolean {
    const closed = this.#batcher.closeLargest('memory') > 0;
    this.#sender.start();
    return closed;
  }

  /** Keeps it from reading, for a reason that metrics show; `undefined` lets it read. */
  hold(reason: string | undefined): void {
    this.#held = reason;
    this.#applyPause();
  }

  /** Nothing is taken in or sent again from here on. Idempotent. */
  fence(): void {
    this.#sender.fence();
  }

  /** Resolves when nothing is under way any more. Call after `fence`. */
  drained(): Promise<void> {
    return this.#sender.drained();
  }

  /** Gives up what is under way. */
  abort(): void {
    this.#sender.abort();
  }

  /** Hands back what is unacked. The last call; commits come before it. */
  release(): void {
    this.abort();
    this.ledger.released += this.tracker.unacked;
    this.tracker.revoke();
    this.#released = true;
    this.#account();
  }

  // --- SenderOwner: what comes back after the release belongs to the next owner's books.

  written(batch: RecordBatch): void {
    if (this.#released) return;
    this.tracker.ackBatch(batch);
    this.ledger.written += batch.count;
    this.deps.metrics.written(batch, this.deps.delivery.clock.now());
  }

  settled(offset: number, status: 'written' | 'dropped'): void {
    if (this.#released) return;
    this.tracker.ack(offset);
    this.ledger[status]++;
  }

  errantConfirmed(records: readonly ErrantRecord[]): void {
    if (this.#released) return;
    for (const { block, index } of records) this.tracker.ack(offsetAt(block, index));
    this.ledger.errant += records.length;
  }

  stopAt(from: number, reason: ErrantReason): void {
    // A part of the batch may be settled already.
    const offset = Math.max(from, this.tracker.firstUnacked ?? from);
    if (this.#stop !== undefined && this.#stop.offset <= offset) return;
    this.#stop = { offset, code: reason.code };
    this.deps.logger.error(
      { ...this.tp, offset, code: reason.code, reason: reason.message },
      'the partition stops at this record until a person resumes it',
    );
    this.#applyPause();
    this.host.settled();
  }

  isBehindStop(batch: RecordBatch): boolean {
    return this.#stop !== undefined && batch.firstOffset > this.#stop.offset;
  }

  workEnded(): void {
    this.host.settled();
    this.#goOn();
  }

  failed(error: FatalError): void {
    this.host.failed(error);
  }

  // --- inner workings

  #goOn(): void {
    const atEnd = this.flushAt !== undefined && this.#position >= this.flushAt;
    // Nothing more comes behind a stop or the goal: what is open has no reason to wait for company.
    if (!this.#sender.fenced && (atEnd || this.stoppedAt !== undefined)) this.#batcher.flush('flush');
    this.#sender.start();
    this.#account();
    this.#applyPause();
  }

  /** Tells the budget what is held now; after the release that is nothing, whatever still comes back. */
  #account(): void {
    const held = this.#released ? 0 : this.#batcher.openBytes + this.#sender.pendingBytes;
    const delta = held - this.#accountedBytes;
    this.#accountedBytes = held;
    if (delta !== 0) this.deps.budget.change(delta);
  }

  #applyPause(): void {
    const { fenced, reporting, queued } = this.#sender;
    const pause = this.stoppedAt !== undefined || this.#held !== undefined || reporting || queued >= QUEUE_BOUND;
    if (pause === this.#paused || fenced) return;
    this.#paused = pause;
    if (pause) this.host.pause();
    else this.host.resume();
  }
}
