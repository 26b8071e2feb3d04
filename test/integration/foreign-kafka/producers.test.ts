/** What librdkafka and Kafka's own Java client wrote, read through our driver, and carried by `spillway run` into objects: byte for byte. */
import { expect, it } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import { Cluster } from '../../../shared/kafka/cluster.ts';
import { requestFetch } from '../../../shared/kafka/fetch-request.ts';
import { batchesIn } from '../../../shared/kafka/wire/batch-header.ts';
import { silentLogger } from '../../../shared/logger.ts';
import type { SinkRecord } from '../../../shared/records.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { announceForeignClient } from '../../helpers/foreign/announce.ts';
import { describeForeign } from '../../helpers/foreign/describe-foreign.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { kafkaForTests, uniqueName } from '../../helpers/kafka.ts';
import { startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { consumerOptions, newTopic, started, testDriver, texts } from '../kafka/harness.ts';
import {
  CODECS,
  inOrder,
  type PlannedSend,
  recordsOfEveryKind,
  type SeenRecord,
  seenAsElement,
  seenByDriver,
  textRecords,
} from './plan.ts';
import { type ForeignProducer, kafkaJavaClient, librdkafka, type ProducedPlan } from './producers.ts';

const COMPACTED = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.0',
  'segment.ms': '100',
  'max.compaction.lag.ms': '100',
};

/** Has `sends` carried out, and names the client that did. */
async function carryOut(producer: ForeignProducer, sends: readonly PlannedSend[]): Promise<ProducedPlan> {
  const { bootstrapServers } = await kafkaForTests();
  const produced = await producer.produce(bootstrapServers, sends);
  announceForeignClient(producer.name, produced.version);
  return produced;
}

/** What must be seen of the sends to `topic`, by what the client was told. */
function expected(sends: readonly PlannedSend[], produced: ProducedPlan, topic: string): SeenRecord[] {
  const seen = sends.flatMap((send, number) =>
    send.topic !== topic || send.transaction === 'abort'
      ? []
      : send.records.map((record, i): SeenRecord => {
          const [partition, offset] = produced.sends[number]?.[i] ?? [-1, -1];
          return { ...record, partition, offset, timestampType: 'CreateTime' };
        }),
  );
  return inOrder(seen);
}

/** Everything our driver delivers of a topic up to its end, and the last position of partition 0. */
async function readAll(topic: string, isolationLevel: 'read_committed' | 'read_uncommitted' = 'read_committed') {
  const driver = await testDriver();
  const admin = driver.admin();
  const ends = await admin.listOffsets(topic, 'latest');
  await admin.close();
  const { consumer, seen } = await started(driver, consumerOptions([topic], { isolationLevel }));
  const isThere = ([partition, end]: [number, number]) => seen.progress.get(`${topic}-${partition}`)?.position === end;
  await waitFor(() => [...ends].every(isThere), { what: `the end of ${topic}` });
  await consumer.close();
  return { records: seen.delivered as readonly SinkRecord[], end: ends.get(0) };
}

/** Codecs of the batches in partition 0, as the log has them. */
async function codecsInLog(topic: string): Promise<Set<string | undefined>> {
  const { bootstrapServers } = await kafkaForTests();
  const cluster = new Cluster(
    { bootstrapServers: bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun },
    { logger: silentLogger, clock: systemClock, random: Math.random },
  );
  await cluster.describe([topic]);
  const limits = { fetchMaxBytes: 16e6, fetchMaxBytesPerPartition: 16e6, isolationLevel: 'read_uncommitted' } as const;
  const leader = cluster.metadata.leaderOf(topic, 0) ?? -1;
  const answer = await requestFetch(cluster, leader, [{ topic, partition: 0, position: 0 }], limits, 500);
  cluster.close();
  const batches = answer.partitions.flatMap(({ records }) => [...batchesIn(records)]);
  return new Set(batches.map((batch) => ('legacy' in batch ? 'legacy' : CODECS[batch.codecId])));
}

/** Values of records as text. */
const valuesOf = (records: readonly SinkRecord[]) => records.map(({ value }) => value?.toString() ?? null);

function producerTests(producer: ForeignProducer): void {
  it('in every codec and with everything a record can have', async () => {
    const driver = await testDriver();
    const sends: PlannedSend[] = [];
    for (const codec of CODECS) sends.push({ topic: await newTopic(driver, 2), codec, records: recordsOfEveryKind() });
    const produced = await carryOut(producer, sends);
    for (const { topic, codec } of sends) {
      const { records } = await readAll(topic);
      expect(inOrder(records.map(seenByDriver))).toEqual(expected(sends, produced, topic));
      expect(await codecsInLog(topic)).toEqual(new Set([codec]));
    }

    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('foreign'), {
      topics: sends.map(({ topic }) => topic).join(','),
      'envelope.headers': 'true',
      'key.converter': 'bytes',
      'value.converter': 'bytes',
      'oss.output.fields': 'key,offset,overflowFlag,partition,timestamp,topic,value,valueSize,headers',
    });
    const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', file]).result;
    expect(code, stderr).toBe(0);
    const written = await writtenRecords(rig.bucketFolder);
    for (const { topic } of sends) {
      const elements = written.filter((element) => element.topic === topic);
      const seen = elements.map((element) => seenAsElement(element, 'CreateTime'));
      expect(inOrder(seen)).toEqual(expected(sends, produced, topic));
    }
  });

  it('with the times that the broker gave them, in envelopes too', async () => {
    const topic = await newTopic(await testDriver(), 2, { 'message.timestamp.type': 'LogAppendTime' });
    const before = Date.now();
    const sends = CODECS.map((codec): PlannedSend => ({ topic, codec, records: recordsOfEveryKind().slice(0, 20) }));
    const produced = await carryOut(producer, sends);
    const after = Date.now();
    const seen = inOrder((await readAll(topic)).records.map(seenByDriver));
    expect(seen.every(({ timestamp }) => timestamp >= before && timestamp <= after)).toBe(true);
    const withTimes = expected(sends, produced, topic).map((record, i) => ({
      ...record,
      timestamp: seen[i]?.timestamp,
      timestampType: 'LogAppendTime',
    }));
    expect(seen).toEqual(withTimes);

    const rig = await startRig();
    const fn = await startHttpFunction();
    const file = await rig.connectorFile(uniqueName('foreign'), {
      'connector.class': 'fc-sink',
      'invoke.target': 'http',
      'invoke.http.url': fn.url,
      topics: topic,
      'envelope.headers': 'true',
      'envelope.timestamp.type': 'true',
      'key.converter': 'bytes',
      'value.converter': 'bytes',
    });
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    expect(inOrder(fn.envelopes.flat().map((element) => seenAsElement(element, 'CreateTime')))).toEqual(withTimes);
  });

  it('in transactions: what was rolled back is never seen, and the position passes it', async () => {
    const topic = await newTopic(await testDriver(), 1);
    const send = (number: number, prefix: string, codec: PlannedSend['codec'], transaction?: 'commit' | 'abort') => ({
      topic,
      codec,
      ...(transaction === undefined ? {} : { transaction }),
      records: textRecords(number, texts(prefix, 5)),
    });
    const sends: PlannedSend[] = [
      send(0, 'kept-a', 'none', 'commit'),
      send(1, 'gone-a', 'zstd', 'abort'),
      send(2, 'plain', 'lz4'),
      send(3, 'gone-b', 'none', 'abort'),
      send(4, 'kept-b', 'snappy', 'commit'),
      send(5, 'gone-c', 'gzip', 'abort'),
    ];
    const produced = await carryOut(producer, sends);
    const committed = await readAll(topic);
    // Each of the five transactions ends with a marker.
    expect(committed.end).toBe(35);
    expect(committed.records.map(seenByDriver)).toEqual(expected(sends, produced, topic));
    expect(valuesOf(committed.records)).toEqual([...texts('kept-a', 5), ...texts('plain', 5), ...texts('kept-b', 5)]);
    const all = await readAll(topic, 'read_uncommitted');
    expect(valuesOf(all.records)).toEqual(sends.flatMap(({ records }) => valuesOfPlan(records)));

    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('foreign'), { topics: topic });
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    const written = await writtenRecords(rig.bucketFolder);
    expect(written.map(({ value }) => value).sort()).toEqual(valuesOf(committed.records).sort());
  });

  it('in a topic that the broker compacted: gaps are passed, what is left is whole', async () => {
    const topic = await newTopic(await testDriver(), 1, COMPACTED);
    const keys = texts('k', 10);
    const sends: PlannedSend[] = [
      { topic, codec: 'zstd', records: textRecords(0, texts('old', 10), keys) },
      { topic, codec: 'zstd', records: textRecords(1, texts('new', 10), keys) },
      // The batch of `new` keeps its middle and loses its head and its tail.
      { topic, codec: 'gzip', records: textRecords(2, [null, ...texts('newest', 4)], ['k0', ...keys.slice(6)]) },
      { topic, codec: 'none', records: textRecords(3, ['last']) },
      { topic, codec: 'none', records: textRecords(4, ['very last']) },
    ];
    const produced = await carryOut(producer, sends);
    const left = expected(sends, produced, topic).filter(({ offset }) => offset >= 11 && (offset < 16 || offset >= 20));
    const seen = await waitFor(
      async () => {
        const { records, end } = await readAll(topic);
        expect(end).toBe(27);
        return records.length === left.length && records;
      },
      { what: 'compaction by the broker', timeoutMs: 120_000 },
    );
    expect(seen.map(seenByDriver)).toEqual(left);

    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('foreign'), { topics: topic });
    expect((await rig.spawnCli(['run', '--until-caught-up', file]).result).code).toBe(0);
    const written = (await writtenRecords(rig.bucketFolder)).sort((a, b) => a.offset - b.offset);
    expect(written.map(({ offset, value }) => [offset, value ?? null])).toEqual(
      seen.map(({ offset, value }) => [offset, value?.toString() ?? null]),
    );
  }, 180_000);
}

function valuesOfPlan(records: PlannedSend['records']): (string | null)[] {
  return records.map(({ value }) => (value === null ? null : Buffer.from(value, 'base64').toString()));
}

describeForeign('Records of librdkafka', await librdkafka(), producerTests);
describeForeign("Records of Kafka's Java client", await kafkaJavaClient(), producerTests);
