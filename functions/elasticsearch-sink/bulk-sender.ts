/** Brings one bulk request to the end: what the target takes in parts is sent in parts, until each of its records is written or has a
 *  reason why not. Waiting is the caller's; here is only what helps at once. */
import type { Clock } from '../../shared/clock.ts';
import { FatalError } from '../../shared/errors.ts';
import type { SinkMetrics } from '../../shared/sink.ts';
import type { BatchSettlement, Refusal, Retry } from './batch-settlement.ts';
import { Blame, canNeverFit } from './blame.ts';
import type { BulkRequest } from './bulk-request.ts';
import { classifyItem, classifyRequest, type ItemFacts, type ItemVerdict, type RequestVerdict } from './classify.ts';
import type { Reply } from './client/exchange.ts';
import type { SearchClient } from './client/search-client.ts';
import type { BulkReply } from './reply/bulk-reply.ts';
import { type ItemMatch, matchItems, type SentOperation } from './reply/match-items.ts';
import { isObject, readServerError, type ServerError } from './reply/server-error.ts';

/** An operation as the verdict about its item needs it. */
export type SentRecord = SentOperation & ItemFacts;

export interface BulkSenderOptions {
  readonly client: SearchClient;
  /** Of one request. */
  readonly timeoutMs: number;
  /** What was sent for the record at this position. */
  readonly operationAt: (request: BulkRequest, position: number) => SentRecord;
  /** Heap of the target's smallest data node, where it is known. */
  readonly heapBytes: number | undefined;
  /** The target refused a body of so many bytes for its size. */
  readonly tooLarge: (bytes: number) => void;
  readonly metrics: SinkMetrics;
  readonly clock: Clock;
}

/** What the reply need not say. Positions stay, since every item keeps its status. */
const QUERY = {
  filter_path:
    'errors,items.*._index,items.*._id,items.*.status,items.*.result,items.*._version,items.*.error,items.*.failure_store,error,status',
};
/** The server's own bound for all that is under way. Source: `indexing_pressure.memory.limit`. */
const PRESSURE_SHARE = 0.1;
/** Below it a request that is refused under load waits: it is not too large, others are under way. */
const WORTH_SPLITTING_SHARE = PRESSURE_SHARE / 4;
const WORTH_SPLITTING_BYTES = 1024 * 1024;

type Positions = readonly number[];
/** `isTooLarge`: for the server as it is, whatever else is under way. */
type Oversized = Extract<RequestVerdict, { kind: 'split' }> & { readonly isTooLarge: boolean };

/** Works through one request. Parts go out one after the other, so that operations on one document stay in order. */
export class BulkSender {
  readonly #options: BulkSenderOptions;

  constructor(options: BulkSenderOptions) {
    this.#options = options;
  }

  /** Resolves when every record of `request` is written or refused in `settlement`, and its buffer is given back where that is safe.
   *  @throws FatalError when no retry helps; some of it may be written then */
  async send(request: BulkRequest, settlement: BatchSettlement, signal: AbortSignal): Promise<void> {
    const delivery = new Delivery(this.#options, request, settlement, signal);
    await delivery.deliver(
      Array.from({ length: request.count }, (_, at) => at),
      true,
    );
    delivery.conclude();
    if (delivery.bodyIsFree) request.giveBack();
  }
}

class Delivery {
  /** False once a part of the body may still be read by a connection that was given up. */
  bodyIsFree = true;
  readonly #blame = new Blame();

  constructor(
    private readonly options: BulkSenderOptions,
    private readonly request: BulkRequest,
    private readonly settlement: BatchSettlement,
    private readonly signal: AbortSignal,
  ) {}

  /** @param racesAgain whether what lost a race is sent once more */
  async deliver(wanted: Positions, racesAgain: boolean): Promise<void> {
    const { settlement, options, request } = this;
    const positions = this.#withoutWaiting(wanted);
    if (positions.length === 0) return;
    const { stopped } = settlement;
    if (stopped !== undefined) return this.#cutShort(positions, stopped);
    settlement.begin();
    const body = request.bodyOf(positions);
    const reply = await options.client.request({
      method: 'POST',
      path: '/_bulk',
      query: QUERY,
      body,
      contentType: 'application/x-ndjson',
      signal: this.signal,
      timeoutMs: Math.min(options.timeoutMs, settlement.leftMs),
    });
    if (reply.kind === 'network' || !reply.bodyIsFree) this.bodyIsFree = false;
    const verdict = classifyRequest(reply, options.clock.now());
    switch (verdict.kind) {
      case 'items':
        return this.#settle(positions, verdict.reply, racesAgain);
      case 'bisect':
        if (positions.length > 1) return this.#inHalves(positions, racesAgain);
        return this.#blame.refusedAlone({ ...verdict, at: positions[0] ?? 0, error: errorOf(reply) });
      case 'split': {
        const isTooLarge = verdict.trouble === undefined || canNeverFit(errorOf(reply));
        return this.#splitUp(positions, body.length, { ...verdict, isTooLarge }, racesAgain);
      }
      case 'retry': {
        const retry: Retry = { ...verdict, status: 'retry' };
        settlement.stop(retry);
        return this.#cutShort(positions, retry);
      }
      case 'fatal':
        throw new FatalError(verdict.code, verdict.message, { mayHeal: verdict.mayHeal });
      default:
        throw new Error(`unknown verdict ${JSON.stringify(verdict satisfies never)}`);
    }
  }

  /** Says of the records that are refused for their whole request, however small, who is to blame.
   *  @throws FatalError when no record is */
  conclude(): void {
    const conclusion = this.#blame.conclude();
    for (const { at, code, message } of conclusion.records) {
      this.#refuse(at, conclusion.retry ?? { status: 'errant', code, message });
    }
  }

  /** Under load (429) only what is large enough to be refused for itself is split; what passes makes no record errant. */
  async #splitUp(positions: Positions, bytes: number, verdict: Oversized, racesAgain: boolean): Promise<void> {
    const { heapBytes, metrics, tooLarge } = this.options;
    const { trouble, isTooLarge, ...reason } = verdict;
    if (isTooLarge) tooLarge(bytes);
    const least = heapBytes === undefined ? WORTH_SPLITTING_BYTES : WORTH_SPLITTING_SHARE * heapBytes;
    if (positions.length > 1 && (isTooLarge || bytes > least)) {
      metrics.count('split-requests', 1);
      return this.#inHalves(positions, racesAgain);
    }
    if (isTooLarge) return this.#refuseAll(positions, { ...reason, status: 'errant' });
    const retry: Retry = { ...reason, status: 'retry', trouble: trouble ?? 'throttled' };
    this.settlement.stop(retry);
    this.#cutShort(positions, retry);
  }

  async #inHalves(positions: Positions, racesAgain: boolean): Promise<void> {
    const half = Math.ceil(positions.length / 2);
    await this.deliver(positions.slice(0, half), racesAgain);
    await this.deliver(positions.slice(half), racesAgain);
  }

  /** Items tell of their records. What the request is to blame for, and what lost a race, goes out anew, and with it all later operations on
   *  the same documents: they must stay behind it. */
  async #settle(positions: Positions, reply: BulkReply, racesAgain: boolean): Promise<void> {
    if (isAllWritten(this.request, positions, reply)) return this.#blame.accepted();
    const { metrics, operationAt } = this.options;
    const operations = positions.map((at) => operationAt(this.request, at));
    const matches = matchItems(operations, reply);
    const again: number[] = [];
    const moved = new Set<string>();
    let inHalves = false;
    let stale = 0;
    let races = 0;
    for (const [nth, at] of positions.entries()) {
      const key = this.request.keyAt(at);
      const waiting = this.settlement.waitsFor(key);
      if (waiting !== undefined) {
        this.#refuse(at, waiting);
        continue;
      }
      const fate = moved.has(key ?? '') ? FOLLOWS : fateOf(matches[nth], operations[nth], positions.length);
      if (fate.kind !== 'bisect' && fate.kind !== 'apart' && fate.kind !== 'follows') this.#blame.accepted();
      switch (fate.kind) {
        case 'written':
          if (fate.stale) stale++;
          continue;
        case 'errant':
          this.#refuse(at, { ...fate, status: 'errant' });
          continue;
        case 'retry':
          this.#refuse(at, { ...fate, status: 'retry' });
          continue;
        case 'fatal':
          throw new FatalError(fate.code, fate.message, { mayHeal: fate.mayHeal });
        case 'race':
          if (!racesAgain) {
            this.#refuse(at, { ...fate, status: 'errant' });
            continue;
          }
          races++;
          break;
        case 'bisect':
          if (positions.length === 1) {
            const error = readServerError(typeof matches[nth] === 'object' ? matches[nth].error : undefined);
            this.#blame.refusedAlone({ ...fate, at, error });
            continue;
          }
          inHalves = true;
          break;
        case 'apart':
          inHalves = true;
          break;
        case 'follows':
          break;
        default:
          throw new Error(`unknown verdict ${JSON.stringify(fate satisfies never)}`);
      }
      again.push(at);
      if (key !== undefined) moved.add(key);
    }
    if (stale > 0) metrics.count('stale-versions', stale);
    if (races > 0) metrics.count('mapping-races', races);
    if (again.length === 0) return;
    await (inHalves ? this.#inHalves(again, racesAgain) : this.deliver(again, false));
  }

  #withoutWaiting(positions: Positions): Positions {
    const { request, settlement } = this;
    if (!request.hasKeys) return positions;
    return positions.filter((at) => {
      const waiting = settlement.waitsFor(request.keyAt(at));
      if (waiting !== undefined) this.#refuse(at, waiting);
      return waiting === undefined;
    });
  }

  /** These are not tried any more: nothing is known of them. */
  #cutShort(positions: Positions, why: Retry): void {
    this.#blame.cutShort(why);
    this.#refuseAll(positions, why);
  }

  #refuseAll(positions: Positions, refusal: Refusal): void {
    for (const at of positions) this.#refuse(at, refusal);
  }

  #refuse(at: number, refusal: Refusal): void {
    const { request } = this;
    this.settlement.refuse(request.blockAt(at), request.indexAt(at), request.keyAt(at), refusal);
  }
}

/** `apart`: nobody can tell what became of it among the others; alone one can. `follows`: an earlier operation on its document is sent anew. */
type Fate = ItemVerdict | { readonly kind: 'apart' } | { readonly kind: 'follows' };

const FOLLOWS: Fate = { kind: 'follows' };
const APART: Fate = { kind: 'apart' };

function fateOf(match: ItemMatch | undefined, operation: SentRecord | undefined, sent: number): Fate {
  if (match === undefined || operation === undefined) throw new Error('matches do not cover the operations');
  if (typeof match !== 'string') return classifyItem(match, operation);
  if (sent > 1) return APART;
  return {
    kind: 'fatal',
    code: 'ELASTICSEARCH_ITEM_MISSING',
    message: `${operation.action} in index ${operation.index}: the answer has no item for it; check elasticsearch.hosts and any proxy on the way`,
    mayHeal: false,
  };
}

/** What the server says of the request as a whole. */
function errorOf(reply: Reply): ServerError | undefined {
  if (reply.kind === 'network') return undefined;
  return readServerError(isObject(reply.body) ? reply.body['error'] : reply.body);
}

/** The usual case, at no cost but a look at each item: as many as were sent, each about the document that was sent in its place, and none that
 *  says anything but success. */
function isAllWritten(request: BulkRequest, positions: Positions, { items }: BulkReply): boolean {
  if (items.length !== positions.length) return false;
  for (let nth = 0; nth < items.length; nth++) {
    const { status, error, failure_store, _id, _index } = items[nth] ?? {};
    if ((status !== 200 && status !== 201) || error !== undefined || failure_store !== undefined) return false;
    if (!request.isAbout(positions[nth] ?? -1, _id, _index)) return false;
  }
  return true;
}
