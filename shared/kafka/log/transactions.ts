/** Transactions of one transactional id, which many processes may share: whoever begins one ends those of all others, so that nothing that
 *  another one began before is added later. Source: KIP-98 */
import { RecordError, RetriableError } from '../../errors.ts';
import { partitionName, type TopicPartition } from '../../records.ts';
import { Cluster, type ClusterDeps } from '../cluster.ts';
import type { KafkaConnectionOptions, ProducerRecord } from '../driver.ts';
import { isRetriableCode, KafkaCode, kafkaErrorName, refusal } from '../error-codes.ts';
import { unlessAborted } from '../interruption.ts';
import { requestProduce } from '../produce-request.ts';
import { retrying } from '../retrying.ts';
import { loadCrc32c } from '../wire/crc32c.ts';
import { encodeRecordBatch } from '../wire/record-batch-encode.ts';
import { type ProducerIdentity, TransactionCoordinator } from './transaction-coordinator.ts';

/** Somebody else began a transaction under the id, or this one was open for too long: nothing of it is there, nor will be. */
export class TransactionFenced extends Error {
  override readonly name = 'TransactionFenced';
}

/** A commit was sent and nobody knows whether it arrived, or what became of it. Known for sure once the next transaction has begun: it ends this
 *  one first. */
export class TransactionInDoubt extends Error {
  override readonly name = 'TransactionInDoubt';
}

/** This producer, or its transaction, is over. Kafka has two codes for an old epoch, and one since KIP-890 for what has to be begun again. */
const FENCED: ReadonlySet<number> = new Set([
  KafkaCode.outOfOrderSequenceNumber,
  KafkaCode.invalidProducerEpoch,
  KafkaCode.invalidTxnState,
  KafkaCode.invalidProducerIdMapping,
  KafkaCode.unknownProducerId,
  KafkaCode.producerFenced,
  KafkaCode.transactionAbortable,
]);
/** What passes. The coordinator of Kafka 4.3.1 fails now and then when many begin at once (seen at commits, `transactions.test.ts`). */
const WAITS: ReadonlySet<number> = new Set([KafkaCode.concurrentTransactions, KafkaCode.unknownServerError]);
const TOO_LARGE: ReadonlySet<number> = new Set([KafkaCode.messageTooLarge, KafkaCode.recordListTooLarge]);

export interface TransactionOptions {
  readonly transactionalId: string;
  /** A transaction that is open for so long is ended by its coordinator. At most the brokers' `transaction.max.timeout.ms`. */
  readonly timeoutMs: number;
}

export class Transactions {
  readonly #options: TransactionOptions;
  readonly #deps: ClusterDeps;
  readonly #cluster: Cluster;
  readonly #coordinator: TransactionCoordinator;

  constructor(connection: KafkaConnectionOptions, options: TransactionOptions, deps: ClusterDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#cluster = new Cluster(connection, deps);
    this.#coordinator = new TransactionCoordinator(this.#cluster, options.transactionalId);
  }

  /** Makes sure that there is a coordinator, and that this user may use the id.
   *  @throws FatalError when it may not; RetriableError when there is none after `giveUpAfterMs` */
  async prepare(giveUpAfterMs: number): Promise<void> {
    await retrying('transactions', () => this.#coordinator.find(), this.#deps, { giveUpAfterMs });
  }

  /** Ends whatever transaction of the id is open, anybody's, and begins one. Rejects with `Interrupted` when the signal aborts.
   *  @throws FatalError when it is refused */
  async begin(signal: AbortSignal): Promise<Transaction> {
    const { timeoutMs } = this.#options;
    const attempt = async () => {
      const { errorCode, producer } = await this.#coordinator.init(timeoutMs);
      if (errorCode === KafkaCode.none) return producer;
      // Somebody else begins at this moment; nothing of ours is there that could be fenced.
      if (FENCED.has(errorCode)) throw hasToWait(errorCode);
      throw answered(errorCode, () => this.#coordinator.refused(errorCode));
    };
    const producer = await bounded(retrying('beginning a transaction', attempt, this.#deps, { signal }), signal);
    return new Transaction(producer, this.#options.transactionalId, this.#coordinator, this.#cluster, this.#deps);
  }

  /** Closes its connections. */
  close(): void {
    this.#cluster.close();
  }
}

/** One transaction: one `send`, then `commit` or `abort`. */
export class Transaction {
  constructor(
    private readonly producer: ProducerIdentity,
    private readonly transactionalId: string,
    private readonly coordinator: TransactionCoordinator,
    private readonly cluster: Cluster,
    private readonly deps: ClusterDeps,
  ) {}

  /** Writes the records as one batch, not yet to be seen. A lost answer makes no repeats. Rejects with `Interrupted` when the signal aborts.
   *  @returns offset of the first
   *  @throws TransactionFenced; FatalError when it is refused; RecordError `RECORD_TOO_LARGE_FOR_TOPIC` */
  async send(tp: TopicPartition, records: readonly ProducerRecord[], signal: AbortSignal): Promise<number> {
    const name = partitionName(tp);
    const add = async () => {
      const code = await this.coordinator.add(this.producer, tp);
      if (code !== KafkaCode.none)
        throw answered(code, () => refusal(code, { right: 'WRITE', resource: `topic ${tp.topic}` }));
    };
    await bounded(retrying(`transaction on ${name}`, add, this.deps, { signal }), signal);
    const batch = encodeRecordBatch(records, await loadCrc32c(), { ...this.producer, sequence: 0 });
    const produce = (attempt: number) => this.#produce(tp, batch, attempt);
    return await bounded(retrying(`records for ${name}`, produce, this.deps, { signal }), signal);
  }

  /** Resolves when the records are there for all to see, or about to be.
   *  @throws TransactionFenced when they are not and never will be; TransactionInDoubt when the answer was lost or says nothing, or the signal
   *  aborted before it came; FatalError when it is refused */
  async commit(signal: AbortSignal): Promise<void> {
    let lost = false;
    let underWay = false;
    const attempt = async () => {
      lost ||= underWay;
      const code = await this.coordinator.end(this.producer, true, () => {
        underWay = true;
      });
      underWay = false;
      if (code === KafkaCode.unknownServerError)
        throw new TransactionInDoubt('the coordinator failed at a commit, and did not say whether it was made');
      if (code !== KafkaCode.none) throw answered(code, () => this.coordinator.refused(code));
    };
    try {
      await bounded(retrying('committing a transaction', attempt, this.deps, { signal }), signal);
    } catch (thrown) {
      // An answer that fences comes to a repeat as well, whether or not the first request arrived.
      if (!lost && !underWay) throw thrown;
      throw new TransactionInDoubt('a commit was sent, and its answer was lost', { cause: thrown });
    }
  }

  /** Best effort: without it the next transaction, or the coordinator after a while, ends this one. */
  async abort(): Promise<void> {
    await this.coordinator.end(this.producer, false, () => undefined);
  }

  async #produce(tp: TopicPartition, batch: Buffer, attempt: number): Promise<number> {
    const { topic, partition } = tp;
    if (attempt > 1 || this.cluster.metadata.leaderOf(topic, partition) === undefined)
      await this.cluster.describe([topic]);
    const leader = this.cluster.metadata.leaderOf(topic, partition);
    if (leader === undefined)
      throw new RetriableError('LEADER_NOT_AVAILABLE', `${partitionName(tp)} has no leader, or does not exist`, {
        context: { topic, partition },
      });
    const connection = await this.cluster.connection(leader, 'requests');
    const { errorCode, baseOffset } = await requestProduce(connection, tp, batch, this.transactionalId);
    if (errorCode === KafkaCode.none) return baseOffset;
    if (TOO_LARGE.has(errorCode)) {
      throw new RecordError(
        'RECORD_TOO_LARGE_FOR_TOPIC',
        `records of ${batch.length} bytes are more than topic ${topic} accepts: raise its max.message.bytes`,
        { context: { topic, partition } },
      );
    }
    throw answered(errorCode, () => refusal(errorCode, { right: 'WRITE', resource: `topic ${topic}` }));
  }
}

/** An error code as what it means to the transaction. */
function answered(code: number, refused: () => Error): Error {
  if (FENCED.has(code))
    return new TransactionFenced(`another transaction of the same transactional id began (${kafkaErrorName(code)})`);
  return WAITS.has(code) || isRetriableCode(code) ? hasToWait(code) : refused();
}

function hasToWait(code: number): RetriableError {
  const name = kafkaErrorName(code);
  return new RetriableError(name, `the transaction has to wait (${name})`);
}

/** As `work`, which then goes on unheard. */
async function bounded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  return await unlessAborted(work, signal);
}
