/** One batch on its way: its records become requests, as many of them under way as there is room for. Records of one document never are in two
 *  requests at one time, whichever batches they come from, so that they arrive in their order; nor in one, where a part of it that is sent
 *  again would find what the others left. */
import type { Clock } from '../../shared/clock.ts';
import type { Buffers } from '../../shared/envelope/output-buffer.ts';
import { RetriableError } from '../../shared/errors.ts';
import type { RecordBatch, RecordBlock } from '../../shared/records.ts';
import { type BatchSettlement, NO_TIME, type Retry } from './batch-settlement.ts';
import { BulkRequest } from './bulk-request.ts';
import type { BulkSender } from './bulk-sender.ts';
import { documentKey, type PlannedOperation, type RecordEncoder } from './record-encoder.ts';
import type { RequestSlots } from './request-slots.ts';

/** What all batches of a sink share. */
export interface BulkRunDeps {
  readonly encoder: RecordEncoder;
  readonly sender: Pick<BulkSender, 'send'>;
  readonly slots: RequestSlots;
  /** Requests that hold a document, by its key; each promise resolves when its request is done. */
  readonly holders: Map<string, Promise<void>>;
  /** Of one request; bytes are asked anew for each. */
  readonly maxRecords: number;
  readonly maxBytes: () => number;
  /** What must be done before a document goes to this index; `undefined` when nothing must. */
  readonly prepareIndex: (name: string) => Promise<void> | undefined;
  readonly buffers: Buffers;
  readonly clock: Clock;
}

/** Lines around documents take about as much. */
const LINE_BYTES = 100;

/** A request that is being filled. */
class Filling {
  readonly request: BulkRequest;
  /** Documents of its operations, and whether what it has of them may be executed twice. */
  readonly keys = new Map<string, boolean>();
  readonly done: Promise<void>;
  #resolve: () => void = () => undefined;

  constructor(
    readonly maxBytes: number,
    expectedBytes: number,
    buffers: Buffers,
  ) {
    this.request = new BulkRequest(expectedBytes, buffers);
    this.done = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  release(holders: Map<string, Promise<void>>): void {
    for (const key of this.keys.keys()) if (holders.get(key) === this.done) holders.delete(key);
    this.#resolve();
  }
}

/** For one batch, used once. */
export class BulkRun {
  readonly #sending: Promise<void>[] = [];
  #filling: Filling | undefined;
  #failure: unknown;
  /** Records that were looked at. */
  #seen = 0;
  /** Indices that nothing can be written to now, and why. */
  readonly #unready = new Map<string, Retry>();

  constructor(
    private readonly deps: BulkRunDeps,
    private readonly batch: RecordBatch,
    private readonly settlement: BatchSettlement,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when every record is settled.
   *  @throws FatalError, of a request or of `prepareIndex`, when nothing is under way any more */
  async run(): Promise<void> {
    try {
      for (const { block, from, to } of this.batch.segments) {
        for (let index = from; index < to; index++) {
          if (this.#failure !== undefined) throw this.#failure;
          const later = this.#add(block, index);
          if (later !== undefined) await later;
          this.#seen++;
        }
      }
      await this.#dispatch();
    } finally {
      this.#giveUp();
      await Promise.all(this.#sending);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Puts a record into the request; a promise where that takes a wait.
   *  @param prepared the index that was prepared for it */
  #add(block: RecordBlock, index: number, prepared?: string): Promise<void> | undefined {
    const { encoder, prepareIndex, holders } = this.deps;
    if (this.#filling === undefined || this.#filling.request.count === 0) {
      const { stopped } = this.settlement;
      if (stopped !== undefined) return void this.settlement.refuse(block, index, undefined, stopped);
    }
    const planned = encoder.plan(block, index);
    if ('status' in planned) return void this.settlement.refuse(block, index, undefined, planned);
    const key = documentKey(planned);
    const waiting = this.#unready.get(planned.index) ?? this.settlement.waitsFor(key);
    if (waiting !== undefined) return void this.settlement.refuse(block, index, key, waiting);
    const preparing = planned.index === prepared ? undefined : prepareIndex(planned.index);
    if (preparing !== undefined) return this.#addPrepared(preparing, planned.index, block, index);
    if (key !== undefined) {
      const holder = this.#holderOf(key, planned);
      if (holder !== undefined) return this.#addAfter(holder, key, block, index);
    }
    this.#filling ??= this.#next();
    const { request, maxBytes, keys, done } = this.#filling;
    const refusal = encoder.append(request.out, planned, block, index);
    if (refusal !== undefined) return void this.settlement.refuse(block, index, key, refusal);
    if (request.bytes > maxBytes && request.count > 0) {
      request.dropLast();
      return this.#dispatch().then(() => this.#add(block, index));
    }
    request.add(block, index, planned, key);
    if (key !== undefined) {
      keys.set(key, isRepeatable(planned));
      holders.set(key, done);
    }
    return request.count >= this.deps.maxRecords || request.bytes >= maxBytes ? this.#dispatch() : undefined;
  }

  /** The request whose end this operation must wait for. */
  #holderOf(key: string, planned: PlannedOperation): Promise<void> | undefined {
    const holder = this.deps.holders.get(key);
    if (holder === undefined || holder !== this.#filling?.done) return holder;
    return isRepeatable(planned) && this.#filling.keys.get(key) === true ? undefined : holder;
  }

  /** What this batch has so far goes out first: whoever waits holds nothing that others may wait for. Only the end of a request leads back to
   *  `#add`, which therefore cannot go round without one. */
  async #addAfter(holder: Promise<void>, key: string, block: RecordBlock, index: number): Promise<void> {
    await this.#dispatch();
    if (await endsInTime(holder, this.signal)) await this.#add(block, index);
    else this.settlement.refuse(block, index, key, NO_TIME);
  }

  /** An index that cannot be prepared now concerns its own records alone.
   *  @throws FatalError of `prepareIndex` */
  async #addPrepared(preparing: Promise<void>, name: string, block: RecordBlock, index: number): Promise<void> {
    try {
      await preparing;
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      const { code, message, trouble, retryAfterMs } = thrown;
      this.#unready.set(name, { status: 'retry', code, message, trouble, retryAfterMs });
    }
    await this.#add(block, index, name);
  }

  /** Resolves when the request is under way. */
  async #dispatch(): Promise<void> {
    const filling = this.#filling;
    if (filling === undefined || filling.request.count === 0) return;
    const { slots, sender, holders, clock } = this.deps;
    this.#filling = undefined;
    const hasEntered = await slots.enter(this.signal);
    // Without room it is not sent either: the time is over.
    const sending = sender
      .send(filling.request, this.settlement, this.signal)
      .catch((thrown: unknown) => {
        this.#failure ??= thrown;
      })
      .finally(() => {
        if (hasEntered) slots.leave();
        filling.release(holders);
      });
    this.#sending.push(sending);
    await clock.breath();
  }

  #next(): Filling {
    const { maxBytes, buffers } = this.deps;
    const limit = maxBytes();
    const { encodedBytes, count } = this.batch;
    const rest = (encodedBytes / count + LINE_BYTES) * (count - this.#seen);
    return new Filling(limit, Math.ceil(Math.min(limit, rest)), buffers);
  }

  /** What was begun and is not sent. */
  #giveUp(): void {
    this.#filling?.request.giveBack();
    this.#filling?.release(this.deps.holders);
  }
}

/** Whether operations of these kinds on one document, executed once more from an earlier one on and in their order, leave it as it was. A create
 *  that is repeated behind a later one finds that one's document; an update behind a delete finds none. */
function isRepeatable({ action, document }: PlannedOperation): boolean {
  return action === 'index' || action === 'delete' || document === 'upsert';
}

/** True when `promise` resolves, false when the wait was ended before. */
async function endsInTime(promise: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const aborted = () => resolve(false);
    signal.addEventListener('abort', aborted, { once: true });
    void promise.then(() => {
      signal.removeEventListener('abort', aborted);
      resolve(true);
    });
  });
}
