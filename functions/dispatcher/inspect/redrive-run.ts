/** One redrive of a connector's error topics, for whoever asks a worker for it. */
import type { Clock } from '../../../shared/clock.ts';
import { ConfigError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver, KafkaProducer } from '../../../shared/kafka/driver.ts';
import { topicsOf } from '../plan.ts';
import { Pacer } from '../redrive/pacer.ts';
import { Redrive, type RedriveProgress, type RedriveSignals, type RedriveSpec } from '../redrive/redrive.ts';
import type { RedriveReport } from '../redrive/redrive-report.ts';
import { redriveSpec } from '../redrive/redrive-spec.ts';
import type { RedriveSender } from '../redrive/redrive-step.ts';
import { type Rehearsal, rehearse } from '../redrive/rehearsal.ts';
import { selectsAll } from '../redrive/selection.ts';
import { type SelectionTexts, selectionOfTexts } from '../redrive/selection-text.ts';
import type { SinkWay } from '../redrive/sink-delivery.ts';
import { SinkSender } from '../redrive/sink-sender.ts';
import { TopicSender } from '../redrive/topic-sender.ts';
import { existingErrorTopics, type InspectedConnector, tooMany } from './connector-inspector.ts';
import { OwnTopics } from './own-topics.ts';

const FETCH_MAX_BYTES = 1024 * 1024;

export interface RedriveOrder {
  /** Records of this connector only, whatever else is said. */
  readonly filters: Omit<SelectionTexts, 'connector'>;
  /** All of them; must be said where nothing else selects. */
  readonly all: boolean;
  /** One of its error topics; both when absent. */
  readonly topic?: string;
  readonly to: 'topic' | 'sink';
  /** Records a second; 0 is no limit. */
  readonly rate: number;
  /** A record that was sent back this often is parked, in the error topic's `-parked`. */
  readonly maxAttempts: number;
  /** Forget how far an earlier one was. */
  readonly again: boolean;
}

export interface RedriveRunDeps {
  readonly driver: KafkaDriver;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly sinkWay: (connector: InspectedConnector) => Promise<SinkWay>;
}

/** Call one of its methods, once. They throw ConfigError for what is asked wrongly; FatalError `TOPIC_MISSING`, `REDRIVE_RUNNING`,
 *  `REDRIVE_TAKEN_OVER` and refusals; RetriableError when Kafka or the sink cannot be reached. */
export class RedriveRun {
  /** Of the error topics that are done. */
  #before: RedriveProgress = { done: 0, total: 0, sent: 0 };
  #redrive: Redrive | undefined;

  constructor(
    private readonly connector: InspectedConnector,
    private readonly order: RedriveOrder,
    private readonly deps: RedriveRunDeps,
  ) {}

  get progress(): RedriveProgress {
    const { done, total, sent } = this.#redrive?.progress ?? { done: 0, total: 0, sent: 0 };
    return { done: this.#before.done + done, total: this.#before.total + total, sent: this.#before.sent + sent };
  }

  /** What would be done. Writes and commits nothing. */
  async rehearse(): Promise<Rehearsal[]> {
    return await this.#with(async (specs, { admin, sender }) => {
      const reader = this.deps.driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: FETCH_MAX_BYTES });
      try {
        const rehearsals: Rehearsal[] = [];
        for (const spec of specs) rehearsals.push(await rehearse(spec, { admin, reader, sender }));
        return rehearsals;
      } finally {
        await reader.close();
      }
    });
  }

  /** Works until all is done or `stop` is aborted; `kill` gives up what is under way. What was done stays done either way.
   *  @param notify told sentences for the person who waits */
  async run(signals: RedriveSignals, notify: (line: string) => void): Promise<RedriveReport[]> {
    return await this.#with(async (specs, { admin, producer, sender }) => {
      const { driver, clock } = this.deps;
      const reader = driver.reader({ isolationLevel: 'read_committed', fetchMaxBytes: FETCH_MAX_BYTES });
      const destinations = driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: FETCH_MAX_BYTES });
      // A write that is under way ends with its producer.
      signals.kill.addEventListener('abort', () => void producer.close(), { once: true });
      try {
        const reports: RedriveReport[] = [];
        for (const spec of specs) {
          const pacer = new Pacer(this.order.rate, clock);
          this.#redrive = new Redrive(spec, { admin, reader, destinations, producer, sender, pacer, clock, notify });
          reports.push(await this.#redrive.run(signals));
          this.#before = this.progress;
          this.#redrive = undefined;
        }
        return reports;
      } finally {
        await Promise.all([reader.close(), destinations.close()]);
      }
    });
  }

  async #with<T>(
    work: (
      specs: readonly RedriveSpec[],
      parts: { readonly admin: KafkaAdmin; readonly producer: KafkaProducer; readonly sender: RedriveSender },
    ) => Promise<T>,
  ): Promise<T> {
    const { driver } = this.deps;
    const admin = driver.admin();
    const producer = driver.producer();
    let sender: RedriveSender | undefined;
    try {
      const specs = await this.#specs(admin);
      sender = await this.#sender(admin, producer);
      return await work(specs, { admin, producer, sender });
    } finally {
      await Promise.all([sender?.close(), producer.close(), admin.close()]);
    }
  }

  async #specs(admin: KafkaAdmin): Promise<RedriveSpec[]> {
    const { order, connector } = this;
    const { connector: config } = connector.parsed;
    const narrowed = selectionOfTexts(order.filters);
    if (selectsAll(narrowed) !== order.all) {
      const message = 'say which records: places, filters, or "all": true (and not all with one of the others)';
      throw new ConfigError([{ key: 'all', message }], 'redrive');
    }
    const selection = { ...narrowed, connector: config.name };
    const topics = await existingErrorTopics(admin, connector, order.topic);
    const named = narrowed.from ?? narrowed.upTo ?? narrowed.places[0];
    if (named !== undefined && topics.length > 1) throw tooMany(topics);
    const { to, maxAttempts, again } = order;
    const specs: RedriveSpec[] = [];
    for (const topic of topics) {
      const runId = this.deps.newId();
      specs.push(await redriveSpec(admin, { topic, selection, to, config, maxAttempts, again, runId }));
    }
    return specs;
  }

  async #sender(admin: KafkaAdmin, producer: KafkaProducer): Promise<RedriveSender> {
    const { clock, random, sinkWay } = this.deps;
    if (this.order.to === 'topic') {
      const { connector: config } = this.connector.parsed;
      return new OwnTopics(config.name, topicsOf(config), new TopicSender({ admin, producer, clock }));
    }
    return new SinkSender(await sinkWay(this.connector), { producer, clock, random });
  }
}
