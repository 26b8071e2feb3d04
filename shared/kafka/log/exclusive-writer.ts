/** Writes to one partition that many processes write to, so that nobody else's write comes between what was read and what is written.
 *
 *  Before anything is written a transaction is begun: from then on whoever else was writing can add nothing more. Then the partition is read to
 *  its end, and the caller decides. Who was fenced meanwhile decides again. What is not committed is never there, however late a request arrives. */
import { backoffMs } from '../../backoff.ts';
import type { Clock } from '../../clock.ts';
import type { TopicPartition } from '../../records.ts';
import type { ProducerRecord } from '../driver.ts';
import type { TopicFollower } from './topic-follower.ts';
import { type Transaction, TransactionFenced, TransactionInDoubt, type Transactions } from './transactions.ts';

/** Tells whether the record at an offset was read. */
export interface Watching {
  watch(offset: number): { readonly seen: boolean };
  unwatch(watch: { readonly seen: boolean }): void;
}

/** Waits of whoever was fenced, before jitter: a write takes some tens of milliseconds. */
const BACKOFF = { baseMs: 50, maxMs: 2_000 };

export interface ExclusiveWriterParts {
  readonly transactions: Pick<Transactions, 'begin'>;
  readonly follower: Pick<TopicFollower, 'latest' | 'past'>;
  /** Of the records that the follower tells. */
  readonly watching: Watching;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export class ExclusiveWriter {
  constructor(
    private readonly tp: TopicPartition,
    private readonly parts: ExclusiveWriterParts,
  ) {}

  /** Reads to the end, asks `decide` for records, and writes all of them or none. `decide` may be asked several times. Resolves with the offset
   *  after the last record once they are committed, and with undefined where there was nothing to write. Rejects with `Interrupted`, or the
   *  signal's reason, when the signal aborts: nothing is written then, nor will be.
   *  @throws what `decide` throws, with nothing written
   *  @throws TransactionInDoubt when the signal aborts after a commit was sent and before anybody knows what became of it
   *  @throws FatalError, RecordError when Kafka refuses */
  async write(decide: () => readonly ProducerRecord[], signal: AbortSignal): Promise<number | undefined> {
    const { transactions, follower, clock, random } = this.parts;
    await follower.latest(signal);
    // Whoever has nothing to write need not fence those who have.
    if (decide().length === 0) return undefined;
    for (let attempt = 1; ; attempt++) {
      const transaction = await transactions.begin(signal);
      await follower.latest(signal);
      const records = decide();
      if (records.length === 0) return undefined;
      const first = await this.#unlessFenced(this.#send(transaction, records, signal));
      if (first !== undefined && (await this.#committed(transaction, first, signal))) return first + records.length;
      // Those who fence each other in turn would never get anywhere.
      await clock.sleep(backoffMs(attempt, BACKOFF, random), signal);
    }
  }

  async #send(transaction: Transaction, records: readonly ProducerRecord[], signal: AbortSignal): Promise<number> {
    try {
      return await transaction.send(this.tp, records, signal);
    } catch (thrown) {
      // So that readers need not wait for the coordinator to end it. Whether this arrives matters to nobody else.
      transaction.abort().catch(() => undefined);
      throw thrown;
    }
  }

  /** Whether the transaction was committed. */
  async #committed(transaction: Transaction, first: number, signal: AbortSignal): Promise<boolean> {
    const watch = this.parts.watching.watch(first);
    try {
      return (await this.#unlessFenced(transaction.commit(signal).then(() => true))) === true;
    } catch (thrown) {
      if (!(thrown instanceof TransactionInDoubt) || signal.aborted) throw thrown;
      return await this.#settled(watch, thrown, signal);
    } finally {
      this.parts.watching.unwatch(watch);
    }
  }

  /** To begin another transaction ends the one in doubt, one way or the other; then the log tells. */
  async #settled(watch: { readonly seen: boolean }, doubt: TransactionInDoubt, signal: AbortSignal): Promise<boolean> {
    try {
      await this.parts.transactions.begin(signal);
      await this.parts.follower.latest(signal);
    } catch (thrown) {
      throw new TransactionInDoubt(doubt.message, { cause: thrown });
    }
    return watch.seen;
  }

  async #unlessFenced<T>(work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (thrown) {
      if (thrown instanceof TransactionFenced) return undefined;
      throw thrown;
    }
  }
}
