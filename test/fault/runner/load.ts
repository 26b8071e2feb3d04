/** Steady load past the proxies. It remembers what Kafka confirmed, and where. */
import { CompressionTypes, type Producer } from 'kafkajs';
import { keyedKindOf } from './content.ts';
import type { Ledger, SentRecord } from './ledger.ts';
import { type LoadOptions, METADATA_MAX_AGE_MS, sendBooked } from './send-booked.ts';
import { sleepUnless } from './sleep-unless.ts';
import type { TopicSpec } from './topology.ts';
import { TransactionalLoad } from './transactional-load.ts';

/** Requests cost more than records: the machine is for the faults. */
const TICK_MS = 800;
/** Long enough for a leader's failover; what is not confirmed then may be there or not. */
const RETRIES = { retries: 10, initialRetryTime: 100, maxRetryTime: 1_000 };

function nextOf(ledger: Ledger, { name: topic, keyed }: TopicSpec, partition: number): SentRecord {
  return ledger.next({ topic, partition }, keyed ? keyedKindOf(ledger.records.length) : undefined);
}

export class Load {
  readonly #stop = new AbortController();
  readonly #options: LoadOptions;
  readonly #producer: Producer;
  readonly #transactional: TransactionalLoad[];
  readonly #busy = new Set<string>();
  #loops: Promise<unknown>[] = [];
  #paused = false;
  #underWay = new Set<Promise<void>>();
  /** Requests that Kafka did not confirm. */
  unconfirmed = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#producer = options.client.producer({
      retry: RETRIES,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
    });
    this.#transactional = options.topics
      .filter(({ transactional }) => transactional)
      .map((topic) => new TransactionalLoad(topic, options));
  }

  async start(): Promise<void> {
    await this.#producer.connect();
    const plain = this.#options.topics.filter(({ transactional }) => !transactional);
    this.#loops = [
      ...plain.map((topic) => this.#feed(topic)),
      ...this.#transactional.map((load) => load.run(this.#stop.signal, () => this.#paused)),
    ];
  }

  /** Resolves when nothing is under way any more. */
  async pause(): Promise<void> {
    this.#paused = true;
    await Promise.all([...this.#underWay, ...this.#transactional.map((load) => load.idle())]);
  }

  resume(): void {
    this.#paused = false;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#loops);
    await Promise.all(this.#underWay);
    await this.#producer.disconnect();
  }

  /** Sends one confirmed record to each partition of `topic`; resolves with them. While the load is paused, they are the last ones. */
  async mark(topic: TopicSpec): Promise<SentRecord[]> {
    const marks = Array.from({ length: topic.partitions }, (_, partition) =>
      // Plain: a compacted topic takes no record without a key.
      this.#options.ledger.next({ topic: topic.name, partition }, topic.keyed ? 'change' : 'plain'),
    );
    for (const record of marks) await this.#sendUntilConfirmed(record);
    return marks;
  }

  async #sendUntilConfirmed(record: SentRecord): Promise<void> {
    for (let attempt = 1; record.state !== 'acked'; attempt++) {
      try {
        await sendBooked(this.#producer, [record], this.#options.ledger, CompressionTypes.None);
      } catch (thrown) {
        if (attempt === 5) throw thrown;
      }
    }
  }

  async #feed(topic: TopicSpec): Promise<void> {
    const { ledger, random } = this.#options;
    for (;;) {
      await sleepUnless(this.#stop.signal, TICK_MS);
      if (this.#stop.signal.aborted) return;
      for (let partition = 0; partition < topic.partitions && !this.#paused; partition++) {
        const place = `${topic.name}-${partition}`;
        if (this.#busy.has(place)) continue;
        const mean = (topic.recordsPerSecond * TICK_MS) / 1_000;
        const count = random.int(1, Math.max(1, Math.round(2 * mean) - 1));
        const records = Array.from({ length: count }, () => nextOf(ledger, topic, partition));
        this.#track(place, this.#send(records, random.next() < 0.3 ? CompressionTypes.GZIP : CompressionTypes.None));
      }
    }
  }

  #track(place: string, sending: Promise<void>): void {
    this.#busy.add(place);
    this.#underWay.add(sending);
    void sending.then(() => {
      this.#busy.delete(place);
      this.#underWay.delete(sending);
    });
  }

  /** Never rejects: what is not confirmed stays in doubt. */
  async #send(records: readonly SentRecord[], compression: CompressionTypes): Promise<void> {
    try {
      await sendBooked(this.#producer, records, this.#options.ledger, compression);
    } catch {
      this.unconfirmed++;
    }
  }
}
