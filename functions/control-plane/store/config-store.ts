/** The config topic: read to its end and followed, changed in transactions (docs/decisions/0032-config-topic.md). */
import type { Clock } from '../../../shared/clock.ts';
import { RetriableError, toError } from '../../../shared/errors.ts';
import type { ProducerRecord } from '../../../shared/kafka/driver.ts';
import { Interrupted } from '../../../shared/kafka/interruption.ts';
import { ExclusiveWriter } from '../../../shared/kafka/log/exclusive-writer.ts';
import type { InternalLogs } from '../../../shared/kafka/log/internal-logs.ts';
import type { TopicFollower } from '../../../shared/kafka/log/topic-follower.ts';
import type { Transactions } from '../../../shared/kafka/log/transactions.ts';
import type { Logger } from '../../../shared/logger.ts';
import type { ConfigListener, ConfigState, ConfigStore, ConfigWrite } from '../config-state.ts';
import { ConfigReading, PARTITION } from './config-reading.ts';
import { configRecords, type StoredRecord } from './config-records.ts';
import { inOrder, upToBytes } from './config-writes.ts';
import { type InternalTopic, type InternalTopicAdmin, prepareInternalTopic } from './internal-topics.ts';
import { kafkaRefusal } from './kafka-refusal.ts';

/** A transaction that nobody goes on with is ended by Kafka after this; until then readers wait for it. */
const TRANSACTION_TIMEOUT_MS = 10_000;
/** How long `start` waits for Kafka to be ready for transactions. */
const PREPARE_MS = 10_000;
/** Waits between tries to write again what the topic lost. */
const RESTORE_AGAIN_MS = 5_000;
/** What is written again at once, below the default `max.message.bytes` of a topic. */
const RESTORE_BYTES = 256 * 1024;

export interface ConfigStoreOptions {
  readonly topic: InternalTopic;
  /** Worker setting `group.id`: workers with the same one write under the same transactional id. */
  readonly groupId: string;
  /** Worker setting `rest.write.timeout.ms`. */
  readonly writeTimeoutMs: number;
}

export interface ConfigStoreDeps {
  readonly admin: InternalTopicAdmin;
  readonly logs: InternalLogs;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

type Decide<T> = (state: ConfigState) => { readonly writes: readonly ConfigWrite[]; readonly answer: T };

export class TopicConfigStore implements ConfigStore {
  readonly #options: ConfigStoreOptions;
  readonly #deps: ConfigStoreDeps;
  readonly #reading: ConfigReading;
  readonly #follower: TopicFollower;
  readonly #transactions: Transactions;
  readonly #writer: ExclusiveWriter;
  readonly #closed = new AbortController();
  #restoring = false;
  /** Changes of this worker go one after the other: they would only fence each other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ConfigStoreOptions, deps: ConfigStoreDeps) {
    const topic = options.topic.name;
    this.#options = options;
    this.#deps = deps;
    this.#reading = new ConfigReading(topic, deps.logger, () => void this.#restore());
    this.#follower = deps.logs.follower(topic, this.#reading);
    this.#transactions = deps.logs.transactions({
      transactionalId: `spillway-config-${options.groupId}`,
      timeoutMs: TRANSACTION_TIMEOUT_MS,
    });
    this.#writer = new ExclusiveWriter(
      { topic, partition: PARTITION },
      { transactions: this.#transactions, follower: this.#follower, watching: this.#reading, ...deps },
    );
  }

  /** `changed` is called for the first time when everything that was there is read. */
  async start(listener: ConfigListener): Promise<void> {
    await prepareInternalTopic(this.#deps.admin, this.#options.topic, this.#deps.logger);
    this.#reading.listener = listener;
    await Promise.all([this.#follower.start(), this.#prepareTransactions()]);
  }

  state(): ConfigState {
    return this.#reading.state();
  }

  /** Records and batches that were passed over since the start. */
  get unreadable(): number {
    return this.#reading.unreadable;
  }

  async latest(): Promise<ConfigState> {
    await this.#limited(async (signal) => {
      try {
        await this.#follower.latest(signal);
      } catch (thrown) {
        throw this.#refusal(thrown, 'read');
      }
    });
    return this.state();
  }

  async update<T>(decide: Decide<T>): Promise<T> {
    const before = this.#last;
    const work = this.#limited(async (signal) => {
      await before;
      return await this.#update(decide, signal);
    });
    this.#last = work.catch(() => undefined);
    return await work;
  }

  async close(): Promise<void> {
    this.#closed.abort(new Interrupted('the worker stops'));
    this.#follower.close();
    this.#transactions.close();
    await this.#last;
  }

  async #prepareTransactions(): Promise<void> {
    try {
      await this.#transactions.prepare(PREPARE_MS);
    } catch (thrown) {
      if (!(thrown instanceof RetriableError)) throw thrown;
      this.#deps.logger.error(
        { code: thrown.code, reason: thrown.message },
        'Kafka is not ready for transactions: connectors run, and cannot be changed',
      );
    }
  }

  async #update<T>(decide: Decide<T>, signal: AbortSignal): Promise<T> {
    let decided: { readonly answer: T } | { readonly thrown: unknown } | undefined;
    const records = () => {
      try {
        const { writes, answer } = decide(this.state());
        decided = { answer };
        return inOrder(writes, this.#reading.view)
          .flatMap(configRecords)
          .map((one) => this.#produced(one));
      } catch (thrown) {
        decided = { thrown };
        throw thrown;
      }
    };
    try {
      signal.throwIfAborted();
      const end = await this.#writer.write(records, signal);
      if (end !== undefined) await this.#readBack(end);
    } catch (thrown) {
      if (decided !== undefined && 'thrown' in decided && decided.thrown === thrown) throw thrown;
      throw this.#refusal(thrown, 'write');
    }
    if (decided === undefined || 'thrown' in decided) throw new Error('a change that nobody decided was written');
    return decided.answer;
  }

  /** The change is made whatever happens here, so it is not answered with an error. */
  async #readBack(end: number): Promise<void> {
    const { clock, logger } = this.#deps;
    const limit = new AbortController();
    const cancel = clock.after(this.#options.writeTimeoutMs, () => limit.abort(new Interrupted('the time is up')));
    try {
      await this.#follower.past(PARTITION, end, limit.signal);
    } catch (thrown) {
      logger.warn({ reason: toError(thrown).message }, 'a change was made, and could not be read back yet');
    } finally {
      cancel();
    }
  }

  #produced({ key, value }: StoredRecord): ProducerRecord {
    return {
      key: Buffer.from(key),
      value: value === null ? null : Buffer.from(JSON.stringify(value)),
      headers: [],
      timestamp: this.#deps.clock.now(),
    };
  }

  /** Runs `work` until the time limit is over or the store is closed. */
  async #limited<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { writeTimeoutMs } = this.#options;
    const limit = new AbortController();
    const cancel = this.#deps.clock.after(writeTimeoutMs, () => limit.abort(new Interrupted('the time is up')));
    try {
      return await work(AbortSignal.any([limit.signal, this.#closed.signal]));
    } finally {
      cancel();
    }
  }

  #refusal(thrown: unknown, what: 'read' | 'write'): unknown {
    return kafkaRefusal(thrown, { what, topic: this.#options.topic.name, timeoutMs: this.#options.writeTimeoutMs });
  }

  /** Writes again what the topic lost, until it is there. Never rejects. */
  async #restore(): Promise<void> {
    if (this.#restoring) return;
    this.#restoring = true;
    const { clock, logger } = this.#deps;
    const { signal } = this.#closed;
    while (!signal.aborted && this.#reading.view.lost().length > 0) {
      try {
        await this.update(() => ({ writes: upToBytes(this.#reading.view.lost(), RESTORE_BYTES), answer: undefined }));
      } catch (thrown) {
        logger.warn({ reason: toError(thrown).message }, 'what the configuration topic lost could not be written yet');
        await clock.sleep(RESTORE_AGAIN_MS, signal).catch(() => undefined);
      }
    }
    this.#restoring = false;
    if (!signal.aborted)
      logger.info({ topic: this.#options.topic.name }, 'what the configuration topic lost is in it again');
  }
}
