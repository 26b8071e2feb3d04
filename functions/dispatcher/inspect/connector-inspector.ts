/** Looks at one connector's records for whoever asks a worker: what it would make of them, where it stands, what it refused. Reads only, joins no
 *  group, and is no part of the connector's own run. */
import type { Clock } from '../../../shared/clock.ts';
import type { ParsedConnector } from '../../../shared/config/connector-keys.ts';
import { ConfigError, FatalError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver, KafkaReader } from '../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { TopicPartition } from '../../../shared/records.ts';
import type { SinkDefinition } from '../../../shared/sink.ts';
import { decodeCommitMetadata, type StopMark } from '../commit-metadata.ts';
import { readPositions } from '../offsets/positions.ts';
import { topicsOf } from '../plan.ts';
import { type PreviewStart, readExcerpts } from '../preview/excerpt.ts';
import { type PreviewSpec, previewRecords } from '../preview/preview.ts';
import { previewData } from '../preview/preview-data.ts';
import { type ErrorKind, newestErrors, summariseErrors } from '../redrive/error-list.ts';
import { rowData } from '../redrive/row-data.ts';
import { type SelectionTexts, selectionOfTexts } from '../redrive/selection-text.ts';

/** Bounds what one question keeps in memory. */
const FETCH_MAX_BYTES = 1024 * 1024;

/** The connector that is looked at. */
export interface InspectedConnector {
  readonly definition: SinkDefinition;
  readonly parsed: ParsedConnector;
}

export interface InspectorDeps {
  readonly driver: Pick<KafkaDriver, 'admin' | 'reader'>;
  readonly clock: Clock;
  /** Memory that a preview's pipeline may take. */
  readonly budgetBytes: number;
  /** A connector whose ends send nothing. */
  readonly dry: (connector: InspectedConnector) => PreviewSpec | Promise<PreviewSpec>;
}

export interface PreviewAsked {
  readonly count: number;
  readonly partition?: TopicPartition;
  readonly from: PreviewStart;
  /** How much is shown of each body, and of each envelope. */
  readonly headBytes: number;
}

/** Where the connector's group stands in one partition. */
export interface Standing extends TopicPartition {
  readonly beginning: number;
  readonly end: number;
  /** Null where nothing is committed. */
  readonly committed: number | null;
  /** Offsets from where the connector goes on to the end. */
  readonly lag: number;
  /** The partition waits for a person there. */
  readonly stopped?: StopMark;
}

/** Every method throws ConfigError for what is asked wrongly; FatalError `TOPIC_MISSING` and refusals of the cluster; RetriableError when it
 *  cannot be reached. */
export class ConnectorInspector {
  readonly #deps: InspectorDeps;
  readonly #admin: KafkaAdmin;

  constructor(deps: InspectorDeps) {
    this.#deps = deps;
    this.#admin = deps.driver.admin();
  }

  /** What the metadata of a commit of offset `at` says of a record that its partition is stopped at. */
  stopMark(at: number, metadata: string): StopMark | undefined {
    return decodeCommitMetadata(at, metadata).stopped;
  }

  /** What the connector would do with real records, as data for a program. */
  async preview(connector: InspectedConnector, asked: PreviewAsked): Promise<object> {
    const { connector: config } = connector.parsed;
    const { count, partition, from: start, headBytes } = asked;
    const { clock, budgetBytes, dry } = this.#deps;
    const isolationLevel = config['isolation.level'];
    const wanted = { topics: topicsOf(config), isolationLevel, partition, start, count };
    const excerpts = await this.#reading(isolationLevel, (reader) => readExcerpts(this.#admin, reader, wanted));
    const spec = await dry(connector);
    try {
      // The pipeline would log what the preview says anyway.
      const preview = await previewRecords(excerpts, spec, { clock, logger: silentLogger, budgetBytes });
      return previewData(config.name, preview, headBytes, headBytes);
    } finally {
      await Promise.all([spec.invoker.close(), spec.claimCheck?.close()]);
    }
  }

  /** By topic and number. */
  async standings({ parsed: { connector: config } }: InspectedConnector): Promise<Standing[]> {
    const positions = await readPositions(this.#admin, {
      groupId: config['consumer.group.id'],
      topics: topicsOf(config),
      startOffset: config['consumer.start.offset'],
      isolationLevel: config['isolation.level'],
    });
    return positions.map(({ topic, partition, beginning, end, committed, next }) => {
      const stopped = committed && this.stopMark(committed.offset, committed.metadata);
      return {
        topic,
        partition,
        beginning,
        end,
        committed: committed?.offset ?? null,
        lag: end - next,
        ...(stopped === undefined ? {} : { stopped }),
      };
    });
  }

  /** The newest records of this connector in its error topics, as data for a program, the newest first.
   *  @param topic one of its error topics; both when absent */
  async errors(
    connector: InspectedConnector,
    topic: string | undefined,
    filters: SelectionTexts,
    limit: number,
  ): Promise<object[]> {
    const { topics, selection } = await this.#errorsOf(connector, topic, filters);
    const rows = await this.#reading('read_committed', (reader) =>
      newestErrors(this.#admin, reader, topics, selection, limit),
    );
    return rows.map(rowData);
  }

  /** How many records of which error there are, the most frequent first. Reads all of them. */
  async errorKinds(
    connector: InspectedConnector,
    topic: string | undefined,
    filters: SelectionTexts,
  ): Promise<ErrorKind[]> {
    const { topics, selection } = await this.#errorsOf(connector, topic, filters);
    return await this.#reading('read_committed', (reader) => summariseErrors(this.#admin, reader, topics, selection));
  }

  async close(): Promise<void> {
    await this.#admin.close();
  }

  /** An error topic may be that of several connectors: only records of this one are shown. */
  async #errorsOf(connector: InspectedConnector, topic: string | undefined, filters: SelectionTexts) {
    const { name } = connector.parsed.connector;
    const selection = selectionOfTexts({ ...filters, connector: name });
    const topics = await existingErrorTopics(this.#admin, connector, topic);
    // A place is one topic's.
    const named = selection.from ?? selection.upTo ?? selection.places[0];
    if (named !== undefined && topics.length > 1) throw tooMany(topics);
    return { topics, selection };
  }

  async #reading<T>(
    isolationLevel: 'read_committed' | 'read_uncommitted',
    work: (reader: KafkaReader) => Promise<T>,
  ): Promise<T> {
    const reader = this.#deps.driver.reader({ isolationLevel, fetchMaxBytes: FETCH_MAX_BYTES });
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }
}

/** Those that exist; none where nothing was refused yet.
 *  @throws ConfigError when `topic` is none of the connector's; FatalError `TOPIC_MISSING` when it is not there */
export async function existingErrorTopics(
  admin: KafkaAdmin,
  { parsed: { connector: config } }: InspectedConnector,
  topic: string | undefined,
): Promise<string[]> {
  const own = [...new Set([config['errors.deadletterqueue.topic.name'], config['runtime.error.topic.name']])];
  if (topic !== undefined && !own.includes(topic)) {
    const message = `is no error topic of ${config.name}; expected ${own.join(' or ')}`;
    throw new ConfigError([{ key: 'topic', message }], 'errors');
  }
  const wanted = topic === undefined ? own : [topic];
  const found = (await admin.describeTopics(wanted)).map(({ name }) => name);
  if (topic !== undefined && found.length === 0) {
    throw new FatalError('TOPIC_MISSING', `there is no error topic ${topic} yet: nothing was refused`);
  }
  return wanted.filter((name) => found.includes(name));
}

/** Why a place in them means nothing. */
export function tooMany(topics: readonly string[]): ConfigError {
  const message = `this connector has two error topics, ${topics.join(' and ')}: say which one is meant`;
  return new ConfigError([{ key: 'topic', message }], 'errors');
}
