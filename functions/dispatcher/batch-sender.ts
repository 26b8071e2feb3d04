/** Sends the closed batches of one partition and its errant records: how many at a time, with what left when the partition goes.
 *
 *  Once fenced nothing is sent or tried again, what is under way may finish until `abort`, and its results still count. */
import { setMaxListeners } from 'node:events';
import { originalOf } from '../../shared/envelope/block-builder.ts';
import type { ErrantReason, ErrantRecord, ErrantReporter } from '../../shared/errant.ts';
import { FatalError, toError } from '../../shared/errors.ts';
import type { Logger } from '../../shared/logger.ts';
import { keyAt, offsetAt, type RecordBatch, type RecordBlock, valueAt } from '../../shared/records.ts';
import { type DeliveryDeps, type DeliveryEvents, deliver, type RefusedRecord } from './delivery.ts';
import { reportUntilConfirmed } from './errant-delivery.ts';

export interface BatchSenderDeps {
  readonly delivery: DeliveryDeps;
  /** Batches under way at one time. */
  readonly maxInFlight: number;
  readonly errorsPolicy: 'continue' | 'stop';
  /** For records that the framework refuses, and for those that the target refuses. */
  readonly frameworkErrors: ErrantReporter;
  readonly sinkErrors: ErrantReporter;
  readonly logger: Logger;
}

/** Who is told what became of records. */
export interface SenderOwner extends Pick<DeliveryEvents, 'written' | 'settled'> {
  /** The error topic confirmed these records. */
  errantConfirmed(records: readonly ErrantRecord[]): void;
  /** The record at `offset` must stop the partition. */
  stopAt(offset: number, reason: ErrantReason): void;
  /** A batch must not be sent any more: it lies behind a stop. */
  isBehindStop(batch: RecordBatch): boolean;
  /** A piece of work ended: places and bytes are free, something may be committable. */
  workEnded(): void;
  failed(error: FatalError): void;
}

export class BatchSender {
  readonly #queue: RecordBatch[] = [];
  #pendingBytes = 0;
  #deliveries = 0;
  #reports = 0;
  readonly #underWay = new Set<Promise<void>>();
  readonly #fence = new AbortController();
  readonly #abort = new AbortController();
  /** Why which piece of work waits. */
  readonly #waits = new Map<object, string>();

  constructor(
    private readonly deps: BatchSenderDeps,
    private readonly owner: SenderOwner,
  ) {
    // Every delivery under way listens to them: several, not a leak.
    setMaxListeners(0, this.#fence.signal, this.#abort.signal);
  }

  /** Bytes handed over and not settled yet, with those of requests under way. */
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

  /** Whether errant records are on their way to the error topic. */
  get reporting(): boolean {
    return this.#reports > 0;
  }

  get fenced(): boolean {
    return this.#fence.signal.aborted;
  }

  /** Why something is tried again; undefined when nothing is. */
  get waitingReason(): string | undefined {
    return this.#waits.values().next().value;
  }

  enqueue(batch: RecordBatch): void {
    this.#pendingBytes += batch.encodedBytes;
    this.#queue.push(batch);
  }

  /** Starts deliveries for the places that are free. */
  start(): void {
    while (this.#deliveries < this.deps.maxInFlight && !this.fenced) {
      const batch = this.#queue.shift();
      if (batch === undefined) return;
      if (this.owner.isBehindStop(batch)) this.#pendingBytes -= batch.encodedBytes;
      else this.#run(this.#deliver(batch));
    }
  }

  /** Brings records that the framework refuses to their error topic. */
  report(errant: readonly ErrantRecord[]): void {
    this.#run(this.#report(errant));
  }

  /** Nothing is sent or tried again from here on. Idempotent. */
  fence(): void {
    this.#fence.abort(new Error('partition fenced'));
  }

  /** Gives up what is under way, too. */
  abort(): void {
    this.fence();
    this.#abort.abort(new Error('partition given up'));
  }

  /** Resolves when nothing is under way any more. Call after `fence`. */
  async drained(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #deliver(batch: RecordBatch): Promise<void> {
    this.#deliveries++;
    // Under way it takes its room twice: the records, and the request that is made of them.
    this.#pendingBytes += batch.encodedBytes;
    const events: DeliveryEvents = {
      written: (written) => this.owner.written(written),
      settled: (offset, status) => this.owner.settled(offset, status),
      errant: (refused) => this.#refused(batch, refused),
      waiting: (reason) => this.#wait(batch, reason),
    };
    const signals = { retry: this.#fence.signal, invoke: this.#abort.signal };
    try {
      await deliver(batch, events, this.deps.delivery, signals);
    } catch (error) {
      if (!(error instanceof FatalError) || error.scope === 'task') throw error;
      const { code, message, name } = error;
      this.owner.stopAt(batch.firstOffset, { stage: 'TASK_PUT', code, message, errorClass: name });
    } finally {
      this.#deliveries--;
      this.#ended(batch, 2 * batch.encodedBytes);
    }
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
    this.#reports++;
    try {
      await this.#confirm(this.deps.frameworkErrors, errant);
    } finally {
      this.#reports--;
      this.#ended(errant, bytes);
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

  #ended(work: object, bytes: number): void {
    this.#waits.delete(work);
    this.#pendingBytes -= bytes;
    this.owner.workEnded();
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
