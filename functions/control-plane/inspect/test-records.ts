/** Sends a test record to a source topic of a connector, and follows it until it is written, refused, or time is up.
 *
 *  It is a real record: everybody who reads the topic reads it, and the target has it afterwards. The worker keeps nothing of it: where it went is
 *  in Kafka, so that any worker can be asked for it later, also when this one died in between. */
import type { Clock } from '../../../shared/clock.ts';
import type { ConnectorConfig } from '../../../shared/config/connector-keys.ts';
import { topicComplaint } from '../../../shared/config/topic-name.ts';
import { FatalError, RecordError, RetriableError } from '../../../shared/errors.ts';
import type { KafkaAdmin, KafkaDriver, KafkaReader, ProducerRecord } from '../../../shared/kafka/driver.ts';
import { KafkaCode, kafkaErrorName } from '../../../shared/kafka/error-codes.ts';
import { partitionOfKey } from '../../../shared/kafka/producer.ts';
import { offsetAt, recordAt, type SinkRecord, type TopicPartition } from '../../../shared/records.ts';
import type { ConnectorStatusInfo } from '../connect-shapes.ts';
import type { HostedSetup } from '../connector-host.ts';
import type { ControlPlane } from '../control-plane.ts';
import { Refused } from '../refused.ts';
import { errantScan, errorTopicEnds, type FoundErrant } from './errant-scan.ts';
import type { Inspector } from './inspector.ts';
import { LogScan } from './log-scan.ts';
import { type TestAnswer, type TestedRecord, testAnswer } from './test-outcome.ts';
import { type TestContent, testIdOf, testRecord } from './test-record.ts';

const LOOK_EVERY_MS = 250;
/** For one look at the error topics, and for finding what was sent, beside the time that the caller waits. */
const LOOK_MS = 10_000;
/** Clocks of the machines that write to Kafka differ. */
const CLOCK_SLACK_MS = 5 * 60_000;
const FETCH_MAX_BYTES = 1024 * 1024;
const NOT_THERE: ReadonlySet<string> = new Set([kafkaErrorName(KafkaCode.offsetOutOfRange), 'TOPIC_MISSING']);

export interface TestAsked extends TestContent {
  /** Needed where the connector reads several. */
  readonly topic?: string;
  /** By the key when absent. */
  readonly partition?: number;
}

export interface TestRecordsDeps {
  readonly driver: Pick<KafkaDriver, 'producer' | 'reader'>;
  readonly admin: KafkaAdmin;
  readonly inspector: Pick<Inspector, 'stopMark'>;
  readonly plane: Pick<ControlPlane, 'status'>;
  readonly clock: Clock;
  readonly newId: () => string;
}

/** Both methods throw Refused 400 for what is asked wrongly and 404 for what is not there; RetriableError when Kafka cannot be reached, FatalError
 *  when it refuses. */
export class TestRecords {
  constructor(private readonly deps: TestRecordsDeps) {}

  /** @throws Refused 503 when nobody knows whether it was sent */
  async send({ parsed: { connector: config } }: HostedSetup, asked: TestAsked, waitMs: number): Promise<TestAnswer> {
    const { admin, clock, newId } = this.deps;
    const topic = await this.#topicOf(config, asked.topic);
    const id = newId();
    const record = testRecord(id, asked, clock.now());
    const partition = await this.#partitionOf(topic, asked.partition, record.key);
    const starts = await errorTopicEnds(admin, config);
    const end = (await admin.listOffsets(topic, 'latest')).get(partition) ?? 0;
    return await this.#reading(async (reader) => {
      const offset = await this.#sent({ topic, partition, offset: end }, record, id, reader);
      const sent = { topic, partition, offset, id, key: record.key, hasValue: record.value !== null };
      return await this.#follow(config, sent, starts, reader, waitMs);
    });
  }

  /** What became of the test record at this place. */
  async look(
    { parsed: { connector: config } }: HostedSetup,
    place: TopicPartition & { readonly offset: number },
    waitMs: number,
  ): Promise<TestAnswer> {
    const { topic, partition, offset } = place;
    await this.#topicOf(config, topic);
    return await this.#reading(async (reader) => {
      const record = await recordOf(reader, place);
      const id = record && testIdOf(record.headers);
      if (record === undefined || id === undefined) {
        throw new Refused(404, `There is no test record at offset ${offset} of partition ${partition} of ${topic}.`);
      }
      // It was refused after it was sent, if it was.
      const starts = await errorTopicEnds(this.deps.admin, config, Math.max(0, record.timestamp - CLOCK_SLACK_MS));
      const sent = { topic, partition, offset, id, key: record.key, hasValue: record.value !== null };
      return await this.#follow(config, sent, starts, reader, waitMs);
    });
  }

  async #topicOf(config: ConnectorConfig, asked: string | undefined): Promise<string> {
    const { topics, 'topics.regex': pattern } = config;
    if (asked === undefined) {
      const [only, ...others] = topics ?? [];
      if (only !== undefined && others.length === 0) return only;
      const which = topics === undefined ? 'a pattern of topics' : topics.join(', ');
      throw new Refused(400, `topic: say which one; the connector reads ${which}.`);
    }
    // What is no name may be as long as a body, and no pattern may be tried on that.
    const reads =
      topics === undefined
        ? topicComplaint(asked) === undefined &&
          pattern?.test(asked) === true &&
          (await this.deps.admin.listTopics()).includes(asked)
        : topics.includes(asked);
    if (reads) return asked;
    throw new Refused(400, `topic: the connector reads ${topics?.join(', ') ?? 'a pattern of topics'}, and not that.`);
  }

  async #partitionOf(topic: string, asked: number | undefined, key: Buffer | null): Promise<number> {
    const [found] = await this.deps.admin.describeTopics([topic]);
    const partitions = found?.partitions ?? [];
    const byKey = partitions[key === null ? 0 : partitionOfKey(key, partitions.length || 1)];
    const partition = asked ?? byKey;
    if (partition === undefined)
      throw new Refused(
        404,
        `There is no topic ${topic} at this cluster: make it, or correct \`topics\` of the connector.`,
      );
    if (partitions.includes(partition)) return partition;
    throw new Refused(400, `partition: ${topic} has partitions 0 to ${partitions.length - 1}.`);
  }

  /** Sends it to the partition whose end was `from`.
   *  @returns its offset */
  async #sent(
    from: TopicPartition & { readonly offset: number },
    record: ProducerRecord,
    id: string,
    reader: KafkaReader,
  ): Promise<number> {
    const { driver, admin, clock } = this.deps;
    const { topic, partition } = from;
    const producer = driver.producer();
    let doubt: RetriableError | undefined;
    try {
      await producer.send(topic, partition, [record]);
    } catch (thrown) {
      if (thrown instanceof RecordError) throw new Refused(400, `value: ${thrown.message}`, { cause: thrown });
      if (!(thrown instanceof RetriableError)) throw thrown;
      // It may be there all the same.
      doubt = thrown;
    } finally {
      await producer.close();
    }
    const matches = (block: Parameters<typeof offsetAt>[0], index: number) =>
      testIdOf(block.headersOf(index)) === id ? offsetAt(block, index) : undefined;
    const seen = await new LogScan([from], matches, { admin, reader, clock }).look(clock.now() + LOOK_MS);
    if (typeof seen === 'object') return seen.found;
    const where = `partition ${partition} of ${topic}`;
    if (doubt === undefined)
      throw new Refused(503, `The test record ${id} is in ${where}, and was not found again in time.`);
    const message = `Kafka did not confirm the test record ${id}: it may or may not be in ${where} (${doubt.code}). Send another when Kafka answers.`;
    throw new Refused(503, message, { cause: doubt });
  }

  async #follow(
    config: ConnectorConfig,
    sent: TestedRecord & { readonly key: Buffer | null },
    starts: ReadonlyMap<string, number>,
    reader: KafkaReader,
    waitMs: number,
  ): Promise<TestAnswer> {
    const { admin, clock, plane, inspector } = this.deps;
    const giveUpAt = clock.now() + waitMs;
    let scan: LogScan<FoundErrant> | undefined;
    for (;;) {
      const found = (await admin.committedOffsets(config['consumer.group.id'], sent.topic)).get(sent.partition);
      const stopped = found && inspector.stopMark(found.offset, found.metadata);
      const committed = found && { offset: found.offset, stopped };
      let errant: Awaited<ReturnType<LogScan<FoundErrant>['look']>> | undefined;
      // Refused records are in the error topic before they are committed: it need not be asked earlier.
      if (committed !== undefined && committed.offset > sent.offset) {
        scan ??= await errantScan(config, sent, starts, { admin, reader, clock });
        errant = await scan.look(Math.max(giveUpAt, clock.now() + LOOK_MS));
      }
      const answer = testAnswer(sent, config, statusOf(plane, config.name), { committed, errant });
      if (answer.outcome !== 'pending' || clock.now() >= giveUpAt) return answer;
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  async #reading<T>(work: (reader: KafkaReader) => Promise<T>): Promise<T> {
    // Error topics have no transactions of ours, and those of others must not hold up a look.
    const reader = this.deps.driver.reader({ isolationLevel: 'read_uncommitted', fetchMaxBytes: FETCH_MAX_BYTES });
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }
}

/** The record at the place; undefined where there is none. */
async function recordOf(
  reader: KafkaReader,
  { topic, partition, offset }: TopicPartition & { readonly offset: number },
): Promise<SinkRecord | undefined> {
  try {
    const [segment] = await reader.read(topic, partition, offset, 1);
    const record = segment && recordAt(segment.block, segment.from);
    return record?.offset === offset ? record : undefined;
  } catch (thrown) {
    if (thrown instanceof FatalError && NOT_THERE.has(thrown.code)) return undefined;
    throw thrown;
  }
}

/** Undefined while no worker took it up. */
function statusOf(plane: Pick<ControlPlane, 'status'>, connector: string): ConnectorStatusInfo | undefined {
  try {
    return plane.status(connector);
  } catch (thrown) {
    if (thrown instanceof Refused && thrown.status === 404) return undefined;
    throw thrown;
  }
}
