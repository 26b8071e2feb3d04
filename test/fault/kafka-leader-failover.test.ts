/** kafkajs issue 1303, pull request 1798: a send over several partitions resolves although records of it are gone, when a leader fails over
 *  meanwhile. The error topic stands on this: what it confirms is committed, and read by nobody again. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { type LocalKafka, startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ErrantRecord } from '../../shared/errant.ts';
import { createErrorTopicWriter } from '../../shared/kafka/error-topic.ts';
import { createKafkaDriver } from '../../shared/kafka/kafkajs-driver.ts';
import { silentLogger } from '../../shared/logger.ts';
import { blockAt } from '../helpers/dispatcher.ts';
import { fetchOfRun } from '../helpers/fetch-of-run.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { readTopic, recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const PATIENCE_MS = 180_000;
const PER_REPORT = 12;

async function threeBrokers() {
  const kafka = await startKafka({ brokers: 3 });
  onTestFinished(() => kafka.stop());
  const connection = { bootstrapServers: kafka.bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun };
  const driver = createKafkaDriver(connection, { logger: silentLogger, clock: systemClock, random: Math.random });
  return { kafka, driver };
}

/** Kills each broker once and lets it come back, each time after `progress` grew by `step` with it and without it. */
async function killOneAfterTheOther(kafka: LocalKafka, progress: () => number, step: number): Promise<void> {
  const grown = async (what: string) => {
    const from = progress();
    await waitFor(() => progress() >= from + step, { what, timeoutMs: PATIENCE_MS });
  };
  for (const broker of kafka.brokers) {
    await grown(`progress before the kill of broker ${broker.id}`);
    await broker.kill('SIGKILL');
    await grown(`progress without broker ${broker.id}`);
    await broker.restart();
  }
}

describe('the error topic while its leaders are killed', () => {
  it('holds every record whose report was confirmed', async () => {
    const { kafka, driver } = await threeBrokers();
    const topic = 'errors';
    const admin = driver.admin();
    await admin.createTopics([{ name: topic, partitions: 6, replicationFactor: 3, configs: {} }]);
    await admin.close();
    const producer = driver.producer();
    const writer = createErrorTopicWriter({
      producer,
      topic,
      connector: 'c',
      task: 0,
      sinkClass: 'oss-sink',
      clock: systemClock,
    });
    const reason = { stage: 'TASK_PUT', code: 'BAD', message: 'bad', errorClass: 'RecordError' } as const;
    let next = 0;
    const confirmed: number[] = [];
    let writing = true;
    // Several reports at once, each over all partitions.
    const writers = [0, 1, 2, 3].map(async () => {
      while (writing) {
        const offsets = Array.from({ length: PER_REPORT }, () => next++);
        const block = blockAt(offsets);
        const errants = offsets.map((_, index): ErrantRecord => ({ block, index, reason }));
        try {
          await writer.report(errants);
          confirmed.push(...offsets);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'RetriableError' });
        }
      }
    });
    await killOneAfterTheOther(kafka, () => confirmed.length, 40 * PER_REPORT);
    writing = false;
    await Promise.all(writers);
    await producer.close();

    const ends = await endOffsets(driver, topic);
    const there = await readTopic(kafka.bootstrapServers, topic, ends);
    const found = new Set(there.map(({ headers }) => Number(headers['__connect.errors.offset'])));
    expect(confirmed.filter((offset) => !found.has(offset))).toEqual([]);
    expect(confirmed.length).toBeGreaterThanOrEqual(6 * 40 * PER_REPORT);
  }, 600_000);

  it('holds every record of a run in which all are errant', async () => {
    const { kafka, driver } = await threeBrokers();
    const rig = await startRig(kafka.bootstrapServers);
    const topic = await rig.createTopic(3);
    const name = uniqueName('errant');
    const file = await rig.connectorFile(name, { topics: topic, 'offset.commit.interval.ms': '200' });
    const run = rig.spawnCli(['run', '--json', file], { SPILLWAY_SESSION_TIMEOUT_MS: '10000' });
    const produced = new Set<string>();
    let writing = true;
    const source = (async () => {
      for (let i = 0; writing; i++) {
        // Bytes that are no UTF-8: none of them can be written.
        const values = Array.from({ length: 20 }, (_, n) => `${i}/${n}`);
        const records = values.map((text) => recordOf(text, Buffer.from([0xc3, 0x28])));
        try {
          await rig.produce(topic, i % 3, records);
          for (const text of values) produced.add(text);
        } catch (thrown) {
          // Not confirmed: it may be there or not.
          expect(thrown).toMatchObject({ name: 'RetriableError' });
        }
        await systemClock.sleep(10);
      }
    })();
    const errors = `connect-error-${name}`;
    let errant = 0;
    let looking = true;
    const look = (async () => {
      while (looking) {
        errant = await endOffsets(driver, errors).catch(() => errant);
        await systemClock.sleep(100);
      }
    })();
    await killOneAfterTheOther(kafka, () => errant, 200);
    writing = false;
    await source;
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

    const inSource = await readTopic(kafka.bootstrapServers, topic, ends);
    const inErrors = await readTopic(kafka.bootstrapServers, errors, await endOffsets(driver, errors));
    const found = new Set(
      inErrors.map(({ headers }) => `${headers['__connect.errors.partition']}/${headers['__connect.errors.offset']}`),
    );
    const missing = inSource.filter(({ partition, offset }) => !found.has(`${partition}/${offset}`));
    expect(missing.map(({ partition, offset }) => `${partition}/${offset}`)).toEqual([]);
    expect(inSource.length).toBe(ends);
    const keys = new Set(inErrors.map(({ key }) => key?.toString()));
    expect([...produced].filter((text) => !keys.has(text))).toEqual([]);
  }, 600_000);
});

/** Sum over all partitions. */
async function endOffsets(driver: ReturnType<typeof createKafkaDriver>, topic: string): Promise<number> {
  const admin = driver.admin();
  try {
    return [...(await admin.listOffsets(topic, 'latest')).values()].reduce((sum, end) => sum + end, 0);
  } finally {
    await admin.close();
  }
}
