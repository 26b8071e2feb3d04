/** Sends the closed batches of one partition and its errant records: how many at a time, with what left when the partition goes.
 *
 *  Once fenced nothing is sent or tried again, what is under way may finish until `abort`, and its results still count. */
import { setMaxListeners } from 'node:events';
import { discardBatch, releaseBatch } from '../../shared/batch-memory.ts';
import { originalOf } from '../../shared/envelope/block-builder.ts';
import type { ErrantReason, ErrantRecord, ErrantReporter } from '../../shared/errant.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { keyAt, offsetAt, type RecordBatch, type RecordBlock, valueAt } from '../../shared/records.ts';
import type { SessionRange } from '../../shared/sink.ts';
import { type DeliveryDeps, type DeliveryEvents, deliver, type RefusedRecord } from './delivery.ts';
import { DeliveryRun } from './delivery-run.ts';
import { reportUntilConfirmed } from './errant-delivery.ts';
import { Evidence } from './evidence.ts';
import type { Phases } from './invokers/invoker.ts';
import { completed, deliverInPhases, type Session } from './two-phase-delivery.ts';

export interface BatchSenderDeps {
  readonly delivery: DeliveryDeps;
  /** Batches under way at one time. */
  readonly maxInFlight: number;
  readonly errorsPolicy: 'continue' | 'stop';
  /** Steps of a two-phase sink; undefined where batches are written in one. */
  readonly phases: Phases | undefined;
  /** For records that the framework refuses, and for those that the target refuses. */
  readonly frameworkErrors: ErrantReporter;
  readonly sinkErrors: ErrantReporter;
  readonly logger: Logger;
}

/** Whether a batch may go: `wait` until a commit names it, `drop` when it lies behind a stop. */
export type Clearance = 'send' | 'wait' | 'drop';

/** Who is told what became of records. */
export interface SenderOwner extends Pick<DeliveryEvents, 'written' | 'settled'> {
  /** The error topic confirmed these records. */
  errantConfirmed(records: readonly ErrantRecord[]): void;
  /** The record at `offset` must stop the partition. */
  stopAt(offset: number, reason: ErrantReason): void;
  clearance(batch: RecordBatch): Clearance;
  /** Of `InvokeContext`; the same for all of its batches. */
  readonly occasion: string | undefined;
  /** Whether a confirmed commit names the batch, with its token if it has one. */
  isStored(batch: RecordBatch): boolean;
  /** What a two-phase sink answered for the batch, under an earlier owner. */
  tokenOf(batch: RecordBatch): string | undefined;
  setToken(batch: RecordBatch, token: string): void;
  /** From now on `batch` is only `records` of it. */
  shortened(batch: RecordBatch, records: RecordBatch): void;
  /** The delivery of `batch` ended: its records are settled, or those before the stop are. */
  delivered(batch: RecordBatch): void;
  /** A piece of work ended: places and bytes are free, something may be committable. */
  workEnded(): void;
  failed(error: FatalError): void;
}

/** Of a sink in this process that did not come back in time: it is not waited for, but it may come to its senses. */
const CALL_GIVEN_UP = 'INVOKE_TIMEOUT';

export class BatchSender {
  readonly #queue: RecordBatch[] = [];
  #pendingBytes = 0;
  #deliveries = 0;
  #reports = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #fence = new AbortController();
  /** As the signal says, which takes long to ask. */
  #fenced = false;
  readonly #abort = new AbortController();
  readonly #signals = { retry: this.#fence.signal, invoke: this.#abort.signal };
  readonly #delivery: DeliveryDeps;
  /** What deliveries tell each other of a user's function. */
  readonly #evidence = new Evidence();
  /** Called once a commit is confirmed. */
  readonly #waitingForCommit: (() => void)[] = [];
  /** Why which piece of work waits. */
  readonly #waits = new Map<object, string>();

  constructor(
    private readonly deps: BatchSenderDeps,
    private readonly owner: SenderOwner,
  ) {
    this.#delivery = { ...deps.delivery, occasion: owner.occasion };
    // Every delivery under way listens to them: several, not a leak.
    setMaxListeners(0, this.#fence.signal, this.#abort.signal);
  }

  /** Encoded bytes handed over and not settled yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Batches that wait for a free place. */
  get queued(): number {
    return this.#queue.length;
  }

  /** Whether nothing waits for a place and nothing is under way. */
  get idle(): boolean {
    return this.#queue.length === 0 && this.#underWay.size === 0;
  }

  /** Whether anything is under way. */
  get busy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Whether errant records are on their way to the error topic. */
  get reporting(): boolean {
    return this.#reports > 0;
  }

  get fenced(): boolean {
    return this.#fenced;
  }

  /** Why something is tried again; undefined when nothing is. */
  get waitingReason(): string | undefined {
    return this.#waits.values().next().value;
  }

  /** Takes a batch over, with its hold on the memory of its records. */
  enqueue(batch: RecordBatch): void {
    this.#pendingBytes += batch.encodedBytes;
    // The batch that holds the commit back goes first; those of one window keep their order.
    const before = this.#queue.findLastIndex(({ firstOffset }) => firstOffset <= batch.firstOffset);
    this.#queue.splice(before + 1, 0, batch);
  }

  /** Starts deliveries for the places that are free. */
  start(): void {
    while (this.#deliveries < this.deps.maxInFlight && !this.fenced) {
      const batch = this.#queue[0];
      const clearance = batch === undefined ? 'wait' : this.owner.clearance(batch);
      if (batch === undefined || clearance === 'wait') return;
      this.#queue.shift();
      if (clearance === 'drop') this.#letGo(batch);
      else this.#run(this.#deliver(batch));
    }
  }

  /** Brings records that the framework refuses to their error topic. */
  report(errant: readonly ErrantRecord[]): void {
    this.#run(this.#report(errant));
  }

  /** Nothing is sent or tried again from here on. Idempotent. */
  fence(): void {
    this.#fenced = true;
    this.#fence.abort(new Error('partition fenced'));
  }

  /** Gives up what is under way, too. */
  abort(): void {
    this.fence();
    this.#abort.abort(new Error('partition given up'));
  }

  /** Lets go of the batches that were not begun. Call after `fence`. */
  drop(): void {
    for (const batch of this.#queue.splice(0)) this.#letGo(batch);
  }

  /** Resolves when nothing is under way any more. Call after `fence`. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #deliver(batch: RecordBatch): Promise<void> {
    this.#deliveries++;
    let isRead = true;
    let isGivenUp = false;
    const events: DeliveryEvents = {
      written: (written) => this.owner.written(written),
      settled: (offset, status) => this.owner.settled(offset, status),
      errant: (refused) => this.#refused(batch, refused),
      waiting: (reason) => {
        isGivenUp ||= reason === CALL_GIVEN_UP;
        this.#wait(batch, reason);
      },
    };
    const { phases } = this.deps;
    const delivery = this.#delivery;
    try {
      // A target that answers without I/O would have its whole queue delivered in one turn.
      const breath = delivery.clock.breath();
      if (breath !== undefined) await breath;
      if (phases === undefined) await deliver(batch, events, delivery, this.#signals, this.#evidence);
      else await this.#inPhases(batch, phases, events);
      isRead = isGivenUp;
      this.owner.delivered(batch);
    } catch (error) {
      if (!(error instanceof FatalError) || error.scope === 'task') throw error;
      const { code, message, name } = error;
      this.owner.stopAt(batch.firstOffset, { stage: 'TASK_PUT', code, message, errorClass: name });
    } finally {
      this.#deliveries--;
      this.#waits.delete(batch);
      this.#letGo(batch, isRead);
      this.owner.workEnded();
    }
  }

  async #inPhases(batch: RecordBatch, phases: Phases, events: DeliveryEvents): Promise<void> {
    const session: Session = {
      token: this.owner.tokenOf(batch),
      store: async (token) => {
        this.owner.setToken(batch, token);
        while (!this.owner.isStored(batch)) await this.#nextCommit();
      },
      shorten: (records) => this.owner.shortened(batch, records),
    };
    await deliverInPhases(batch, session, phases, this.#runOf(events));
  }

  #runOf(events: DeliveryEvents): DeliveryRun {
    return new DeliveryRun(events, this.#delivery, this.#signals, this.#evidence);
  }

  /** Completes the session of a token whose records Kafka no longer has, then calls `done`. */
  finishAlone(token: string, range: SessionRange, done: () => void): void {
    const { phases } = this.deps;
    if (phases === undefined) {
      // Written in one step from now on: the session ends by itself.
      done();
      return;
    }
    const nobody = { written: () => undefined, settled: () => undefined, errant: async () => undefined };
    const events = { ...nobody, waiting: (reason: string | undefined) => this.#wait(phases, reason) };
    const work = async () => {
      // It takes the place of its batch: where order matters, nothing behind it goes first. After a failure nothing goes at all.
      this.#deliveries++;
      await completed({ token, batch: undefined, range }, phases, this.#runOf(events));
      this.#deliveries--;
      done();
      this.owner.workEnded();
    };
    this.#run(work());
  }

  /** A commit was confirmed: what waits for it looks again. */
  committed(): void {
    for (const wake of this.#waitingForCommit.splice(0)) wake();
  }

  /** @throws the fence's reason */
  #nextCommit(): Promise<void> {
    const { signal } = this.#fence;
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const fenced = () => reject(signal.reason);
      signal.addEventListener('abort', fenced, { once: true });
      this.#waitingForCommit.push(() => {
        signal.removeEventListener('abort', fenced);
        resolve();
      });
    });
  }

  /** The target refuses records: error topic, or stop; then the offset where. */
  async #refused(batch: RecordBatch, refused: readonly RefusedRecord[]): Promise<number | undefined> {
    const first = refused[0];
    if (first !== undefined && this.deps.errorsPolicy === 'stop') {
      this.owner.stopAt(first.offset, first.reason);
      return first.offset;
    }
    const reasons = new Map(refused.map(({ offset, reason }) => [offset, reason]));
    const errant: ErrantRecord[] = [];
    for (const { block, from, to } of batch.segments) {
      for (let index = from; index < to; index++) {
        const reason = reasons.get(offsetAt(block, index));
        if (reason !== undefined) errant.push({ ...originalOf(block, index), reason });
      }
    }
    await this.#confirm(this.deps.sinkErrors, errant);
    return undefined;
  }

  async #report(errant: readonly ErrantRecord[]): Promise<void> {
    const bytes = errant.reduce((sum, { block, index }) => sum + sizeOf(block, index), 0);
    this.#pendingBytes += bytes;
    for (const { block } of errant) block.memory?.retain();
    this.#reports++;
    try {
      await this.#confirm(this.deps.frameworkErrors, errant);
    } finally {
      this.#reports--;
      this.#waits.delete(errant);
      this.#pendingBytes -= bytes;
      for (const { block } of errant) block.memory?.release();
      this.owner.workEnded();
    }
  }

  async #confirm(reporter: ErrantReporter, errant: readonly ErrantRecord[]): Promise<void> {
    const { clock, random, rules } = this.deps.delivery;
    const waiting = (reason: string | undefined) => this.#wait(errant, reason);
    const deps = { rules, clock, random, logger: this.deps.logger, waiting };
    try {
      await reportUntilConfirmed(reporter, errant, deps, this.#fence.signal);
    } finally {
      this.#wait(errant, undefined);
    }
    this.owner.errantConfirmed(errant);
    const first = errant[0];
    if (first === undefined) return;
    const codes = [...new Set(errant.map(({ reason }) => reason.code))];
    const { topic, partition } = first.block;
    this.deps.logger.warn(
      { topic, partition, firstOffset: offsetAt(first.block, first.index), records: errant.length, codes },
      'records went to the error topic',
    );
  }

  #wait(work: object, reason: string | undefined): void {
    if (reason === undefined) this.#waits.delete(work);
    else this.#waits.set(work, reason);
  }

  /** @param isRead whether a call that nobody waits for may still read the records */
  #letGo(batch: RecordBatch, isRead = false): void {
    this.#pendingBytes -= batch.encodedBytes;
    if (isRead) discardBatch(batch);
    else releaseBatch(batch);
  }

  /** Keeps track of work under way and of how it ends. */
  #run(work: Promise<void>): void {
    const tracked = work
      .catch((thrown: unknown) => {
        if (this.fenced) return;
        this.owner.failed(thrown instanceof FatalError ? thrown : unclassified(thrown));
      })
      .finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

function unclassified(thrown: unknown): FatalError {
  const error = toError(thrown);
  return new FatalError('UNCLASSIFIED', `unexpected: ${error.message}`, { cause: error });
}

function sizeOf(block: RecordBlock, index: number): number {
  return (keyAt(block, index)?.length ?? 0) + (valueAt(block, index)?.length ?? 0);
}
