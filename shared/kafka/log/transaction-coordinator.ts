/** Requests to the broker that coordinates the transactions of one transactional id. Error codes are passed on, except those that say "ask
 *  another broker". Source: KIP-98 */
import { RetriableError } from '../../errors.ts';
import type { TopicPartition } from '../../records.ts';
import type { ApiName, BrokerConnection } from '../broker-connection.ts';
import type { Cluster } from '../cluster.ts';
import { KafkaCode, kafkaErrorName, refusal } from '../error-codes.ts';

const ASK_ANOTHER: ReadonlySet<number> = new Set([
  KafkaCode.coordinatorLoadInProgress,
  KafkaCode.coordinatorNotAvailable,
  KafkaCode.notCoordinator,
]);
const TRANSACTION = 1;
/** An answer that is not there by then is lost, and asked for again on another connection: every request here may be made twice. */
const ANSWER_WITHIN_MS = 7_000;

/** Who writes: the broker takes nothing more of an older epoch. */
export interface ProducerIdentity {
  readonly id: bigint;
  readonly epoch: number;
}

export class TransactionCoordinator {
  readonly #cluster: Pick<Cluster, 'anyConnection' | 'connection' | 'metadata'>;
  readonly #transactionalId: string;
  #nodeId: number | undefined;

  constructor(cluster: Pick<Cluster, 'anyConnection' | 'connection' | 'metadata'>, transactionalId: string) {
    this.#cluster = cluster;
    this.#transactionalId = transactionalId;
  }

  /** Finds out which broker it is; where nobody ever wrote a transaction the brokers make their topic for it now.
   *  @throws FatalError `TRANSACTIONAL_ID_AUTHORIZATION_FAILED`; RetriableError `COORDINATOR_NOT_AVAILABLE` while there is none */
  async find(): Promise<number> {
    if (this.#nodeId !== undefined) return this.#nodeId;
    const connection = await this.#cluster.anyConnection();
    const answer = await connection.request<{
      errorCode: number;
      coordinator: { nodeId: number; host: string; port: number };
    }>(
      'FindCoordinator',
      { groupId: this.#transactionalId, coordinatorType: TRANSACTION },
      { timeoutMs: ANSWER_WITHIN_MS },
    );
    if (answer.errorCode !== KafkaCode.none) throw this.refused(answer.errorCode);
    const { nodeId, host, port } = answer.coordinator;
    this.#cluster.metadata.learnBroker(nodeId, { host, port });
    this.#nodeId = nodeId;
    return nodeId;
  }

  /** Fences whoever wrote under the id until now, and ends what they began. Error code `concurrentTransactions` until that is done. */
  async init(timeoutMs: number): Promise<{ readonly errorCode: number; readonly producer: ProducerIdentity }> {
    const answer = await this.#send<{ errorCode: number; producerId: string; producerEpoch: number }>(
      'InitProducerId',
      { transactionTimeout: timeoutMs },
    );
    this.#checkCoordinator(answer.errorCode);
    return {
      errorCode: answer.errorCode,
      producer: { id: BigInt(answer.producerId), epoch: answer.producerEpoch },
    };
  }

  /** Error code of adding the partition to the transaction. */
  async add(producer: ProducerIdentity, { topic, partition }: TopicPartition): Promise<number> {
    const answer = await this.#send<{
      errors: readonly { topic: string; partitionErrors: readonly { partition: number; errorCode: number }[] }[];
    }>('AddPartitionsToTxn', { ...wire(producer), topics: [{ topic, partitions: [partition] }] });
    const found = answer.errors
      .find((t) => t.topic === topic)
      ?.partitionErrors.find((one) => one.partition === partition);
    if (found === undefined)
      throw new RetriableError('NO_ANSWER', `the coordinator left ${topic}-${partition} out of its answer`);
    this.#checkCoordinator(found.errorCode);
    return found.errorCode;
  }

  /** Error code of the end. `sent` is called when the request is about to go out: from then on the end may come. */
  async end(producer: ProducerIdentity, commit: boolean, sent: () => void): Promise<number> {
    const answer = await this.#send<{ errorCode: number }>(
      'EndTxn',
      { ...wire(producer), transactionResult: commit },
      sent,
    );
    this.#checkCoordinator(answer.errorCode);
    return answer.errorCode;
  }

  /** The coordinator's refusal, as an error that names the transactional id. */
  refused(code: number): Error {
    const id = this.#transactionalId;
    if (code === KafkaCode.coordinatorNotAvailable) {
      return new RetriableError(
        kafkaErrorName(code),
        `no broker keeps transactions for ${id} (${kafkaErrorName(code)}); if that lasts, look why Kafka has no topic __transaction_state: with fewer than three brokers their settings transaction.state.log.replication.factor and transaction.state.log.min.isr must be lowered`,
      );
    }
    return refusal(code, { right: 'WRITE', resource: `transactional-id ${id}` });
  }

  async #send<T>(api: ApiName, args: object, sent?: () => void): Promise<T> {
    const nodeId = await this.find();
    try {
      const connection: BrokerConnection = await this.#cluster.connection(nodeId, 'requests');
      sent?.();
      return await connection.request<T>(
        api,
        { transactionalId: this.#transactionalId, ...args },
        { timeoutMs: ANSWER_WITHIN_MS },
      );
    } catch (thrown) {
      if (thrown instanceof RetriableError) this.#nodeId = undefined;
      throw thrown;
    }
  }

  #checkCoordinator(code: number): void {
    if (!ASK_ANOTHER.has(code)) return;
    this.#nodeId = undefined;
    throw this.refused(code);
  }
}

function wire({ id, epoch }: ProducerIdentity): object {
  return { producerId: String(id), producerEpoch: epoch };
}
