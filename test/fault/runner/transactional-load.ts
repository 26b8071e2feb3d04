import { CompressionTypes, type Producer } from 'kafkajs';
import type { SentRecord } from './ledger.ts';
import { type LoadOptions, sendBooked } from './send-booked.ts';
import { sleepUnless } from './sleep-unless.ts';
import type { TopicSpec } from './topology.ts';

const SHARE_ABORTED = 0.25;
const TICK_MS = 700;
const TRANSACTION_TIMEOUT_MS = 10_000;

/** Transactions over all partitions of one topic, some of them aborted. */
export class TransactionalLoad {
  #producer: Producer | undefined;
  #current: Promise<void> = Promise.resolve();

  constructor(
    private readonly topic: TopicSpec,
    private readonly options: LoadOptions,
  ) {}

  /** Resolves when no transaction is open. */
  async idle(): Promise<void> {
    await this.#current;
  }

  async run(stop: AbortSignal, paused: () => boolean): Promise<void> {
    while (!stop.aborted) {
      if (!paused()) {
        this.#current = this.#transaction();
        await this.#current;
      }
      await sleepUnless(stop, TICK_MS);
    }
    await this.#producer?.disconnect();
  }

  /** Never rejects. After a failure a new producer takes over the transactional id, and with that the broker ends what was open. */
  async #transaction(): Promise<void> {
    const { ledger, random } = this.options;
    const aborts = random.next() < SHARE_ABORTED;
    const mean = (this.topic.recordsPerSecond * TICK_MS) / 1_000;
    const all: SentRecord[] = [];
    try {
      const producer = await this.#connected();
      const transaction = await producer.transaction();
      for (let partition = 0; partition < this.topic.partitions; partition++) {
        const count = random.int(1, Math.max(1, Math.round(2 * mean) - 1));
        const records = Array.from({ length: count }, () => ledger.next({ topic: this.topic.name, partition }));
        all.push(...records);
        await sendBooked(transaction, records, ledger, CompressionTypes.None);
      }
      if (aborts) {
        await transaction.abort();
        ledger.aborted(all);
      } else await transaction.commit();
    } catch {
      // Whether it was committed is not known.
      ledger.doubtful(all);
      const broken = this.#producer;
      this.#producer = undefined;
      await broken?.disconnect().catch(() => undefined);
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.options.client.producer({
      transactionalId: `load-${this.topic.name}`,
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: TRANSACTION_TIMEOUT_MS,
      allowAutoTopicCreation: false,
      retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 1_000 },
    });
    await producer.connect();
    this.#producer = producer;
    return producer;
  }
}
