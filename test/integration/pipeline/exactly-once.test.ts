import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { uniqueName } from '../../helpers/kafka.ts';
import { objectPaths, type Rig, recordOf, startRig, writtenRecords } from '../../helpers/pipeline.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const PARTITIONS = 2;
const PER_PARTITION = 3_000;
const TOTAL = PARTITIONS * PER_PARTITION;
/** So that the next run need not wait long for the dead member's partitions. */
const SHORT_SESSION = { SPILLWAY_SESSION_TIMEOUT_MS: '6000' };
const HOUR_MS = 3_600_000;
const MINUTES = 240_000;

/** Five hours that follow on each other, with every sixth record an hour or two late. */
function timestampOf(i: number): number {
  const hour = Math.floor(i / (PER_PARTITION / 5)) - (i % 6 === 5 ? 1 + (i % 2) : 0);
  return Date.parse('2026-03-01T10:00:00Z') + hour * HOUR_MS + (i % 3_600) * 1_000;
}

async function filled(): Promise<{ readonly rig: Rig; readonly topic: string }> {
  const rig = await startRig();
  const topic = await rig.createTopic(PARTITIONS);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const records = Array.from({ length: PER_PARTITION }, (_, i) =>
      recordOf(`k${i}`, `value ${partition}/${i}`, timestampOf(i)),
    );
    await rig.produce(topic, partition, records);
  }
  return { rig, topic };
}

/** A connector that writes below a prefix of its own. */
async function connectorTo(prefix: string, rig: Rig, topic: string, extra: Readonly<Record<string, string>>) {
  const name = uniqueName('once');
  const file = await rig.connectorFile(name, {
    topics: topic,
    'oss.object.prefix': prefix,
    'oss.object.key.template': '{topic}/{timestamp:HH}/{partition}/{offset}',
    'batch.size': '30',
    'max.in.flight.batches': '2',
    'linger.ms': '150',
    ...extra,
  });
  return { name, file };
}

interface Count {
  readonly distinct: number;
  readonly duplicates: number;
}

/** What lies below a prefix. */
async function count(rig: Rig, prefix = ''): Promise<Count> {
  const times = new Map<string, number>();
  for (const { partition, offset, value } of await writtenRecords(join(rig.bucketFolder, prefix))) {
    expect(value).toBe(`value ${partition}/${offset}`);
    const id = `${partition}/${offset}`;
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  const all = [...times.values()].reduce((sum, n) => sum + n, 0);
  return { distinct: times.size, duplicates: all - times.size };
}

/** Kills a run in its middle, with writes whose reply is lost or late, when there are `more` objects below each prefix. */
async function killedRun(rig: Rig, files: readonly string[], prefixes: readonly string[], more: number): Promise<void> {
  rig.oss.clearFaults();
  rig.oss.setFault({ kind: 'drop-after-write', times: 4, method: 'PUT' });
  rig.oss.setFault({ kind: 'delay-after-write', delayMs: 150, times: 20, method: 'PUT' });
  rig.oss.setFault({ kind: 'delay-before-write', delayMs: 150, times: 1_000_000, method: 'PUT' });
  const objects = async (prefix: string) => {
    const paths = await objectPaths(rig.bucketFolder);
    return paths.filter((path) => path.startsWith(join(rig.bucketFolder, prefix))).length;
  };
  const before = await Promise.all(prefixes.map(objects));
  const run = rig.spawnCli(['run', ...files], SHORT_SESSION);
  const arrived = async () => (await Promise.all(prefixes.map(objects))).every((n, i) => n >= (before[i] ?? 0) + more);
  await waitFor(arrived, { what: `${more} more objects`, timeoutMs: MINUTES });
  run.kill('SIGKILL');
  expect((await run.result).signal).toBe('SIGKILL');
}

async function finished(rig: Rig, ...files: readonly string[]): Promise<void> {
  rig.oss.clearFaults();
  const { code, stderr } = await rig.spawnCli(['run', '--until-caught-up', ...files], SHORT_SESSION).result;
  expect([code, stderr.includes('OSS_OBJECT_DIFFERS')]).toEqual([0, false]);
}

/** By prefix. */
const CONNECTORS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'age-and-count': {},
  bytes: { 'batch.bytes': '5000', 'linger.ms': '60000' },
  clock: { 'oss.rotate.schedule.interval.ms': '1000', 'linger.ms': '60000' },
  'record-time': { 'oss.rotate.interval.ms': '600000', 'oss.object.key.template': '{topic}/{partition}/{offset}' },
  'at-least-once': { 'delivery.guarantee': 'at-least-once' },
};

describe('exactly once', { timeout: 600_000 }, () => {
  it('survives kill -9 again and again, whatever objects are rotated by; at least once loses nothing, either', async () => {
    const { rig, topic } = await filled();
    const prefixes = Object.keys(CONNECTORS);
    const connectors = Object.entries(CONNECTORS).map(([prefix, extra]) => connectorTo(prefix, rig, topic, extra));
    const files = (await Promise.all(connectors)).map(({ file }) => file);
    for (let round = 1; round <= 3; round++) await killedRun(rig, files, prefixes, 4);
    const counts = () => Promise.all(prefixes.map((prefix) => count(rig, prefix)));
    const halfway = (await counts()).reduce((sum, { distinct }) => sum + distinct, 0);
    expect(halfway).toBeLessThan(prefixes.length * TOTAL);
    await finished(rig, ...files);
    const found = Object.fromEntries((await counts()).map((one, i) => [prefixes[i], one]));
    const once = { distinct: TOTAL, duplicates: 0 };
    expect(found).toEqual({
      'age-and-count': once,
      bytes: once,
      clock: once,
      'record-time': once,
      // Batches may have been cut otherwise.
      'at-least-once': { distinct: TOTAL, duplicates: expect.any(Number) },
    });
  });

  it('survives members that come and go', async () => {
    const { rig, topic } = await filled();
    const { file } = await connectorTo('both', rig, topic, { 'tasks.max': '1' });
    const slow = (delayMs: number) => {
      rig.oss.clearFaults();
      rig.oss.setFault({ kind: 'delay-before-write', delayMs, times: 1_000_000, method: 'PUT' });
    };
    slow(100);
    const objects = async () => (await objectPaths(rig.bucketFolder)).length;
    const run = rig.spawnCli(['run', file], SHORT_SESSION);
    await waitFor(async () => (await objects()) >= 4, { what: 'the first objects', timeoutMs: MINUTES });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      // So that enough is left for the other, however long it takes to join.
      slow(4_000);
      const other = rig.spawnCli(['run', '--json', file], SHORT_SESSION);
      let log = '';
      other.stderr?.on('data', (text: string) => {
        log += text;
      });
      const owns = () => /"partitions":\["orders-[^\n]*"partitions assigned"/.test(log);
      await waitFor(owns, { what: 'a partition of the second member', timeoutMs: MINUTES });
      const before = await objects();
      slow(200);
      await waitFor(async () => (await objects()) >= before + 6, { what: 'objects of both', timeoutMs: MINUTES });
      other.kill(signal);
      await other.result;
    }
    run.kill('SIGTERM');
    expect((await run.result).code).toBe(0);
    expect((await count(rig)).distinct).toBeLessThan(TOTAL);
    await finished(rig, file);
    expect(await count(rig)).toEqual({ distinct: TOTAL, duplicates: 0 });
  });

  it('ends with a deliberate reset: the plan is dropped, and everything is read again', async () => {
    const { rig, topic } = await filled();
    const { name, file } = await connectorTo('reset', rig, topic, {});
    await killedRun(rig, [file], ['reset'], 8);
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const committed = async () => [...(await admin.committedOffsets(`connect-${name}`, topic)).values()];
    expect((await committed()).some(({ metadata }) => metadata.includes('"plan"'))).toBe(true);
    await waitFor(async () => (await rig.spawnCli(['offsets', file, '--to', 'earliest', '--yes']).result).code === 0, {
      what: 'the group to be empty',
      timeoutMs: MINUTES,
    });
    expect((await committed()).map(({ offset, metadata }) => [offset, metadata])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    await finished(rig, file);
    expect((await count(rig)).distinct).toBe(TOTAL);
  });
});

describe('an object whose reply never came, when Kafka has fewer of its records on the next try', () => {
  const VALUES = 40;

  async function crashedAfterWrite(configs: Readonly<Record<string, string>>) {
    const rig = await startRig();
    const topic = uniqueName('removed');
    const admin = rig.driver.admin();
    await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: -1, configs }]);
    await admin.close();
    const records = Array.from({ length: VALUES }, (_, i) => recordOf(`k${i}`, `value 0/${i}`, Date.now()));
    await rig.produce(topic, 0, records);
    const file = await rig.connectorFile(uniqueName('removed'), {
      topics: topic,
      'batch.size': String(VALUES),
      'linger.ms': '60000',
    });
    rig.oss.setFault({ kind: 'delay-after-write', delayMs: 3_600_000, times: 1, method: 'PUT' });
    const run = rig.spawnCli(['run', file], SHORT_SESSION);
    await waitFor(async () => (await objectPaths(rig.bucketFolder)).length === 1, { what: 'it', timeoutMs: MINUTES });
    run.kill('SIGKILL');
    await run.result;
    return { rig, topic, file };
  }

  it('is recognised when retention removed the first ones', { timeout: 300_000 }, async () => {
    const { rig, topic, file } = await crashedAfterWrite({});
    const kafka = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    // Tells kafkajs where the partition is led from.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] });
    await admin.disconnect();
    await finished(rig, file);
    expect(await objectPaths(rig.bucketFolder)).toHaveLength(1);
    expect(await count(rig)).toEqual({ distinct: VALUES, duplicates: 0 });
  });

  it('is recognised when compaction removed the first ones and some in the middle', { timeout: 300_000 }, async () => {
    const { rig, topic, file } = await crashedAfterWrite({
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.0',
      'segment.ms': '100',
      'max.compaction.lag.ms': '100',
    });
    const removed = [0, 1, 2, 7, 8, 20];
    const newer = removed.map((i, n) => recordOf(`k${i}`, `value 0/${VALUES + n}`, Date.now()));
    await rig.produce(topic, 0, newer);
    // The last segment is never compacted.
    await new Promise((resolve) => setTimeout(resolve, 200));
    await rig.produce(topic, 0, [recordOf('last', `value 0/${VALUES + removed.length}`, Date.now())]);
    const left = await waitFor(() => offsetsLeft(rig, topic, VALUES + removed.length), {
      what: 'compaction by the broker',
      timeoutMs: MINUTES,
    });
    expect(left.filter((offset) => offset < VALUES)).toHaveLength(VALUES - removed.length);
    await finished(rig, file);
    const all = VALUES + removed.length + 1;
    expect(await count(rig)).toEqual({ distinct: all, duplicates: 0 });
  });
});

/** Offsets that the log still holds, once some are gone and the last one is read. */
async function offsetsLeft(rig: Rig, topic: string, last: number): Promise<number[] | undefined> {
  const kafka = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: uniqueName('look'), maxWaitTimeInMs: 200 });
  const offsets: number[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((done, failed) => {
      consumer
        .run({
          eachMessage: async ({ message }) => {
            offsets.push(Number(message.offset));
            if (Number(message.offset) >= last) done();
          },
        })
        .catch(failed);
    });
  } finally {
    await consumer.disconnect();
  }
  return offsets.length === last + 1 ? undefined : offsets;
}
