/** The way of one topic-partition's records through a task: delivered -> examined -> batched -> sent -> settled -> committable.
 *
 *  States: `reading`; `stopped` once `errors.policy=stop` met an errant record, or the target holds something else in this record's
 *  place, here or under the last owner: what lies before that offset is still finished, nothing after it is touched; `fenced` once
 *  the partition is revoked, lost or closing: nothing is taken in, nothing is sent again, what is under way may finish until `abort`.
 *  `release` ends every state: what is unacked is handed back. */
import { Batcher } from '../../shared/batcher.ts';
import type { ErrantReason, ErrantRecord } from '../../shared/errant.ts';
import type { FatalError } from '../../shared/errors.ts';
import type { AssignedPartition } from '../../shared/kafka/driver.ts';
import { OffsetTracker } from '../../shared/offset-tracker.ts';
import { offsetAt, type RecordBatch, type RecordBlock, type TopicPartition } from '../../shared/records.ts';
import type { SessionRange } from '../../shared/sink.ts';
import { BatchSender, type Clearance, type SenderOwner } from './batch-sender.ts';
import { BlockIntake, type IntakeHost } from './block-intake.ts';
import { decodeCommitMetadata, encodeCommitMetadata, type StopMark } from './commit-metadata.ts';
import type { Ledger } from './ledger.ts';
import type { IntakeMember } from './memory/fair-intake.ts';
import type { PartitionCommit, PipelineDeps, PipelineHost } from './pipeline-contract.ts';
import { type PlanHost, PlannedBatches } from './planned-batches.ts';

/** Closed batches that may wait for a free place before intake pauses. */
const QUEUE_BOUND = 2;

export class PartitionPipeline implements SenderOwner, PlanHost, IntakeHost, IntakeMember {
  readonly tp: TopicPartition;
  readonly tracker: OffsetTracker;
  /** Position of the partition's end at the last fetch. */
  endOffset: number;
  /** Open batches are closed as soon as the position reaches this offset. */
  flushAt: number | undefined;

  readonly occasion: string | undefined;

  #position: number;
  #stop: StopMark | undefined;
  /** The mark of the stop is not kept in commits any more. */
  #lifted = false;
  /** What the broker has. */
  #committed: { readonly offset: number; readonly stopped: StopMark | undefined };
  /** Undefined under `at-least-once`. */
  readonly #planned: PlannedBatches | undefined;
  readonly #batcher: Batcher;
  readonly #intake: BlockIntake;
  readonly #sender: BatchSender;
  /** Bytes that `memory` knows of. */
  #reviewed = { openBytes: 0, pendingBytes: 0 };
  #memoryIsShort = false;
  #released = false;
  #paused = false;
  /** Why its task keeps it from reading. */
  #held: string | undefined;

  /** @param resumeStopped a stop mark left by the last owner is lifted instead of kept */
  constructor(
    { topic, partition, position, metadata, committed = position }: AssignedPartition,
    resumeStopped: boolean,
    private readonly ledger: Ledger,
    private readonly deps: PipelineDeps,
    private readonly host: PipelineHost,
  ) {
    this.tp = { topic, partition };
    this.tracker = new OffsetTracker(this.tp, position);
    this.#position = position;
    this.endOffset = position;
    const { stopped, plan, occasion } = decodeCommitMetadata(committed, metadata);
    this.occasion = deps.newOccasion === undefined ? undefined : (occasion ?? deps.newOccasion());
    this.#committed = { offset: position, stopped };
    this.#stop = resumeStopped ? undefined : stopped;
    this.#sender = new BatchSender(deps, this);
    this.#batcher = new Batcher(this.tp, deps.limits, (batch, reason) => {
      deps.metrics.batchClosed(reason);
      this.#planned?.plan(batch);
      this.#sender.enqueue(batch);
    });
    if (deps.guarantee === 'exactly-once') {
      this.#planned = new PlannedBatches({ plan, committed, withTokens: deps.phases !== undefined }, this);
    }
    this.#intake = new BlockIntake(deps, this.#batcher, this.#planned, this);
    this.#applyPause();
    deps.memory.join(this);
    // Kafka may have deleted whole ranges of the plan.
    this.#passed(position);
  }

  get connector(): string {
    return this.deps.connector;
  }

  /** Next offset that the consumer will deliver. */
  get position(): number {
    return this.#position;
  }

  /** The record the partition is stopped at; undefined while there is something left to read before it. */
  get stoppedAt(): StopMark | undefined {
    return this.#stop !== undefined && this.#position >= this.#stop.offset ? this.#stop : undefined;
  }

  /** As `stoppedAt`, but only once nothing is left to send or under way: nothing more happens here until a person resumes it. (What was
   *  read of a planned range that reaches past the stop is read again then.) */
  get waitsForPersonAt(): StopMark | undefined {
    return this.#nothingMoves ? this.stoppedAt : undefined;
  }

  /** Whether nothing that was read is on its way, and the broker knows how far it came. */
  get isQuiet(): boolean {
    return this.#nothingMoves && this.toCommit === undefined;
  }

  get #nothingMoves(): boolean {
    return (this.#sender.idle || this.#waitsForReading) && this.#batcher.openRecords === 0;
  }

  /** Whether everything before `flushAt` is settled. */
  get atGoal(): boolean {
    return this.flushAt !== undefined && (this.tracker.firstUnacked ?? this.#position) >= this.flushAt;
  }

  /** What to commit now; undefined when the broker knows all that counts. */
  get toCommit(): PartitionCommit | undefined {
    if (this.#released) return undefined;
    const offset = this.commitOffset;
    const stopped = this.#lifted ? undefined : this.#stop;
    const isNews =
      offset > this.#committed.offset ||
      stopped?.offset !== this.#committed.stopped?.offset ||
      this.#planned?.unstored === true;
    if (!isNews) return undefined;
    const plan = this.#planned?.rangesFor(offset) ?? [];
    const metadata = encodeCommitMetadata(offset, { stopped, plan, occasion: this.occasion });
    return { ...this.tp, offset, metadata, stopped, planVersion: this.#planned?.version ?? 0 };
  }

  /** The broker confirmed a commit. */
  committed({ offset, stopped, planVersion }: PartitionCommit): void {
    this.#committed = { offset, stopped };
    this.tracker.markCommitted(offset);
    if (this.#planned === undefined || this.#released) return;
    this.#planned.confirm(offset, planVersion);
    this.#sender.committed();
    this.#goOn();
  }

  /** Whether a batch, or a token, waits for a commit: to be named by it, or to find room in the plan when what is done has left it. */
  get awaitsCommit(): boolean {
    if (this.#released || this.#planned === undefined) return false;
    return this.#planned.unstored || (this.#planned.full && this.toCommit !== undefined);
  }

  /** What cannot go out before more is read counts as open, too. */
  get openBytes(): number {
    const open = this.#batcher.openBytes + (this.#planned?.collectedBytes ?? 0);
    return this.#waitsForReading ? open + this.#sender.pendingBytes : open;
  }

  /** Encoded bytes closed and not settled yet, which need nothing more to be read. */
  get pendingBytes(): number {
    return this.#waitsForReading ? 0 : this.#sender.pendingBytes;
  }

  /** Nothing is under way, and no batch finds room in the plan before a range of it is read to its end. */
  get #waitsForReading(): boolean {
    return !this.#sender.busy && this.#planned?.fullUntilReadOn === true;
  }

  /** Why nothing is fetched right now; undefined while it flows. */
  get pausedReason(): string | undefined {
    if (!this.#paused) return undefined;
    if (this.stoppedAt !== undefined) return 'stopped';
    const enough = this.#planned?.full ? 'plan' : 'backpressure';
    return this.#held ?? (this.#memoryIsShort ? 'memory' : undefined) ?? this.#sender.waitingReason ?? enough;
  }

  /** Takes in the records of a fetch, in offset order. */
  accept(block: RecordBlock, now: number): void {
    if (this.#sender.fenced || block.count === 0) return;
    this.tracker.track(block);
    this.ledger.polled += block.count;
    const errant = this.#intake.take(block, now);
    this.#passed(offsetAt(block, block.count - 1) + 1);
    if (errant.length > 0) this.#sender.report(errant);
    this.#goOn();
  }

  /** The consumer passed everything before `position`, records that nobody sees included. */
  progressed(position: number, endOffset: number): void {
    if (this.#sender.fenced) return;
    this.#passed(position);
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

  get canRead(): boolean {
    return !this.#sender.fenced && this.stoppedAt === undefined;
  }

  allowIntake(allowed: boolean): void {
    this.#memoryIsShort = !allowed;
    this.#applyPause();
  }

  /** Closes the largest open batch; false when there is none. What was planned before is none of those. */
  closeLargest(): boolean {
    if (this.#sender.fenced) return false;
    const closed = this.#batcher.closeLargest('memory') > 0;
    this.#sender.start();
    if (this.awaitsCommit) this.host.commitWanted();
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

  /** The next commit leaves the mark of the stop out: whoever takes the partition over then reads on from there. Call after `fence`. */
  liftStop(): void {
    this.#lifted = true;
  }

  /** Whether it stopped, or is to, and the mark of that is kept. */
  get isMarked(): boolean {
    return this.#stop !== undefined && !this.#lifted;
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
    this.#batcher.drop();
    this.#planned?.drop();
    this.#sender.drop();
    this.deps.memory.leave(this);
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
    this.deps.recordEvents?.errant(records);
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
    this.deps.recordEvents?.stopped(this.tp, this.#stop);
    this.#applyPause();
    this.host.settled();
  }

  clearance(batch: RecordBatch): Clearance {
    if (this.#stop !== undefined && batch.firstOffset > this.#stop.offset) return 'drop';
    return this.isStored(batch) ? 'send' : 'wait';
  }

  delivered(batch: RecordBatch): void {
    this.#planned?.delivered(batch);
  }

  isStored(batch: RecordBatch): boolean {
    return this.#planned === undefined || this.#planned.isStored(batch);
  }

  shortened(batch: RecordBatch, records: RecordBatch): void {
    this.#planned?.shortened(batch, records);
  }

  tokenOf(batch: RecordBatch): string | undefined {
    return this.#planned?.tokenOf(batch);
  }

  setToken(batch: RecordBatch, token: string): void {
    this.#planned?.setToken(batch, token);
    this.host.commitWanted();
  }

  // --- PlanHost and IntakeHost

  get stopMark(): StopMark | undefined {
    return this.#stop;
  }

  get commitOffset(): number {
    const acked = this.tracker.committable() ?? this.#committed.offset;
    return Math.max(this.#committed.offset, Math.min(acked, this.#planned?.lowestUnfinished ?? acked));
  }

  recut(batch: RecordBatch): void {
    this.deps.metrics.batchClosed('plan');
    this.#sender.enqueue(batch);
  }

  finishAlone(token: string, range: SessionRange, done: () => void): void {
    this.#sender.finishAlone(token, range, done);
  }

  workEnded(): void {
    this.host.settled();
    this.#goOn();
  }

  failed(error: FatalError): void {
    this.host.failed(error);
  }

  // --- inner workings

  /** Moves the position; records that nobody will see complete a planned range, too. */
  #passed(position: number): void {
    this.#position = position;
    this.#planned?.passed(Math.min(position, this.#stop?.offset ?? position));
  }

  #goOn(): void {
    const atEnd = this.flushAt !== undefined && this.#position >= this.flushAt;
    // Nothing more comes behind a stop or the goal: what is open has no reason to wait for company.
    if (!this.#sender.fenced && (atEnd || this.stoppedAt !== undefined)) this.#batcher.flush('flush');
    // The commit metadata holds no more ranges: what is open may be what holds the commit back, and with it those that are done.
    if (!this.#sender.fenced && this.#planned?.full) this.#batcher.flush('plan');
    this.#sender.start();
    if (this.awaitsCommit) this.host.commitWanted();
    this.#applyPause();
    this.#review();
  }

  /** More or less is held than before: others may read now, or may not. */
  #review(): void {
    const { openBytes, pendingBytes } = this;
    if (openBytes === this.#reviewed.openBytes && pendingBytes === this.#reviewed.pendingBytes) return;
    this.#reviewed = { openBytes, pendingBytes };
    this.deps.memory.review();
  }

  #applyPause(): void {
    const { fenced, reporting, queued } = this.#sender;
    const held = this.#held !== undefined || this.#memoryIsShort;
    const enough = queued >= QUEUE_BOUND && this.#planned?.fullUntilReadOn !== true;
    const pause = this.stoppedAt !== undefined || held || reporting || enough;
    if (pause === this.#paused || fenced) return;
    this.#paused = pause;
    if (pause) this.host.pause();
    else this.host.resume();
  }
}
