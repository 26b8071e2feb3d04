/** kafkajs issue 1303, pull request 1798: a send over several partitions resolves although records of it are gone, when a leader fails over
 *  meanwhile. The error topic stands on this: what it confirms is committed, and read by nobody again. */
import { expect, it, onTestFinished } from 'vitest';
import { type LocalKafka, startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ErrantRecord } from '../../shared/errant.ts';
import { createErrorTopicWriter } from '../../shared/kafka/error-topic.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { blockAt } from '../helpers/dispatcher.ts';
import { fetchOfRun } from '../helpers/fetch-of-run.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { type Rig, readTopic, recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PATIENCE_MS = 180_000;
const PER_REPORT = 12;
/** Between two writes of one writer: what counts is that some are under way, and brokers that are started need the machine. */
const PAUSE_MS = 40;

type ThreeBrokers = Awaited<ReturnType<typeof threeBrokers>>;

async function threeBrokers() {
  const kafka = await startKafka({ brokers: 3 });
  onTestFinished(() => kafka.stop());
  const connection = { bootstrapServers: kafka.bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  return { kafka, driver };
}

/** Something that grows while the cluster works. */
interface Progress {
  readonly what: string;
  now(): number;
  /** So much is progress. */
  readonly step: number;
}

/** Kills each broker once and lets it come back, each time after everything made progress with it and without it. */
async function killOneAfterTheOther(kafka: LocalKafka, progress: readonly Progress[]): Promise<void> {
  const grown = async (when: string) => {
    const from = progress.map(({ now }) => now());
    for (const [i, { what, now, step }] of progress.entries())
      await waitFor(() => now() >= (from[i] ?? 0) + step, { what: `more ${what} ${when}`, timeoutMs: PATIENCE_MS });
  };
  for (const broker of kafka.brokers) {
    await grown(`before the kill of broker ${broker.id}`);
    await broker.kill('SIGKILL');
    await grown(`without broker ${broker.id}`);
    await broker.restart();
  }
}

/** Several reports at once, each over all partitions of an error topic, until `stop`. */
async function startReports({ driver }: ThreeBrokers, topic: string) {
  const admin = driver.admin();
  await admin.createTopics([{ name: topic, partitions: 6, replicationFactor: 3, configs: {} }]);
  await admin.close();
  const producer = driver.producer();
  const clock = systemClock;
  const writer = createErrorTopicWriter({ producer, topic, connector: 'c', task: 0, sinkClass: 'oss-sink', clock });
  const reason = { stage: 'TASK_PUT', code: 'BAD', message: 'bad', errorClass: 'RecordError' } as const;
  let next = 0;
  const confirmed: number[] = [];
  let writing = true;
  const writers = [0, 1, 2, 3].map(async () => {
    while (writing) {
      const offsets = Array.from({ length: PER_REPORT }, () => next++);
      const block = blockAt(offsets);
      const errants = offsets.map((_, index): ErrantRecord => ({ block, index, reason }));
      try {
        await writer.report(errants);
        confirmed.push(...offsets);
        await systemClock.sleep(PAUSE_MS);
      } catch (thrown) {
        expect(thrown).toMatchObject({ name: 'RetriableError' });
      }
    }
  });
  return {
    confirmed,
    async stop() {
      writing = false;
      await Promise.all(writers);
      await producer.close();
    },
  };
}

/** Sends records to a topic that none can be written of, until `stop`. */
function startSource(rig: Rig, topic: string) {
  /** Keys of the records that Kafka confirmed. */
  const produced = new Set<string>();
  let writing = true;
  const source = (async () => {
    for (let i = 0; writing; i++) {
      const values = Array.from({ length: 20 }, (_, n) => `${i}/${n}`);
      // Bytes that are no UTF-8.
      const records = values.map((text) => recordOf(text, Buffer.from([0xc3, 0x28])));
      try {
        await rig.produce(topic, i % 3, records);
        for (const text of values) produced.add(text);
      } catch (thrown) {
        // Not confirmed: it may be there or not.
        expect(thrown).toMatchObject({ name: 'RetriableError' });
      }
      await systemClock.sleep(PAUSE_MS);
    }
  })();
  return {
    produced,
    async stop() {
      writing = false;
      await source;
    },
  };
}

const coordinatesOf = (records: Awaited<ReturnType<typeof readTopic>>) =>
  new Set(
    records.map(({ headers }) => `${headers['__connect.errors.partition']}/${headers['__connect.errors.offset']}`),
  );

it('error topics hold every record whose report was confirmed, and every one of a run in which all are errant, while their leaders are killed', async () => {
  const cluster = await threeBrokers();
  const { kafka, driver } = cluster;
  const reports = await startReports(cluster, 'errors');
  const rig = await startRig(kafka.bootstrapServers);
  const topic = await rig.createTopic(3);
  const name = uniqueName('errant');
  const file = await rig.connectorFile(name, { topics: topic, 'offset.commit.interval.ms': '200' });
  const run = rig.spawnCli(['run', '--json', file], { SPILLWAY_SESSION_TIMEOUT_MS: '10000' });
  const source = startSource(rig, topic);
  const errors = `connect-error-${name}`;
  let errant = 0;
  let looking = true;
  const look = (async () => {
    while (looking) {
      errant = await endOffsets(driver, errors).catch(() => errant);
      await systemClock.sleep(100);
    }
  })();
  await killOneAfterTheOther(kafka, [
    { what: 'confirmed reports', now: () => reports.confirmed.length, step: 40 * PER_REPORT },
    { what: 'errant records of the run', now: () => errant, step: 200 },
  ]);
  await Promise.all([source.stop(), reports.stop()]);
  const ends = await endOffsets(driver, topic);
  const admin = driver.admin();
  await waitFor(
    async () => {
      const committed = await admin
        .committedOffsets(`connect-${name}`, topic)
        .catch(() => new Map<number, { offset: number }>());
      return [...committed.values()].reduce((sum, { offset }) => sum + offset, 0) === ends;
    },
    { what: 'every offset to be committed', timeoutMs: PATIENCE_MS },
  );
  looking = false;
  await look;
  run.kill('SIGTERM');
  expect((await run.result).code).toBe(0);
  await admin.close();

  const reported = await readTopic(kafka.bootstrapServers, 'errors', await endOffsets(driver, 'errors'));
  const found = new Set(reported.map(({ headers }) => Number(headers['__connect.errors.offset'])));
  expect(reports.confirmed.filter((offset) => !found.has(offset))).toEqual([]);
  expect(reports.confirmed.length).toBeGreaterThanOrEqual(6 * 40 * PER_REPORT);

  const inSource = await readTopic(kafka.bootstrapServers, topic, ends);
  const inErrors = await readTopic(kafka.bootstrapServers, errors, await endOffsets(driver, errors));
  const ofRun = coordinatesOf(inErrors);
  const places = inSource.map(({ partition, offset }) => `${partition}/${offset}`);
  expect(places.filter((place) => !ofRun.has(place))).toEqual([]);
  expect(inSource.length).toBe(ends);
  const keys = new Set(inErrors.map(({ key }) => key?.toString()));
  expect([...source.produced].filter((text) => !keys.has(text))).toEqual([]);
}, 600_000);

/** Sum over all partitions. */
async function endOffsets(driver: ReturnType<typeof createKafkaDriver>, topic: string): Promise<number> {
  const admin = driver.admin();
  try {
    return [...(await admin.listOffsets(topic, 'latest')).values()].reduce((sum, end) => sum + end, 0);
  } finally {
    await admin.close();
  }
}
