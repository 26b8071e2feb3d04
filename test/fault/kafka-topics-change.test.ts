/** Topics and partitions come and go under a running connector: nothing is lost that Kafka still has, and what it deleted is counted exactly. */
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { type Rig, recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { texts } from '../integration/kafka/harness.ts';

/** kafkajs' admin client, which changes topics behind our back. */
async function foreignAdmin(rig: Rig) {
  const admin = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());
  return admin;
}

/** A run that carries topics to a function, until `stop`; its group has assigned what there is.
 *  @param config which topics
 *  @param existing what is made before it starts, with so many partitions */
async function startRun(
  config: Readonly<Record<string, string>>,
  existing: Readonly<Record<string, number>>,
  metadataMaxAgeMs: number,
) {
  const rig = await startRig();
  const admin = await foreignAdmin(rig);
  const topics = Object.entries(existing).map(([topic, numPartitions]) => ({ topic, numPartitions }));
  if (topics.length > 0) await admin.createTopics({ topics, waitForLeaders: true });
  const fn = await startHttpFunction();
  const name = uniqueName('change');
  const file = await rig.connectorFile(name, {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': fn.url,
    'linger.ms': '50',
    'retry.backoff.max.ms': '200',
    ...config,
  });
  const env = { SPILLWAY_METADATA_MAX_AGE_MS: String(metadataMaxAgeMs), SPILLWAY_LISTENERS: 'http://127.0.0.1:0' };
  const run = rig.spawnCli(['run', '--json', file], env);
  let ended: string | undefined;
  void run.result.then(({ code, stderr }) => {
    ended = `the run ended with ${code}: ${stderr}`;
  });
  const values = () => new Set(fn.envelopes.flat().map(({ value }) => value));
  const goesOn = () => {
    if (ended !== undefined) throw new Error(ended);
  };
  const hasAll = (wanted: readonly string[]) => {
    goesOn();
    const seen = values();
    return wanted.every((value) => seen.has(value));
  };
  const group = `connect-${name}`;
  const isStable = async () => {
    goesOn();
    return (await admin.describeGroups([group])).groups[0]?.state === 'Stable';
  };
  await waitFor(isStable, { what: 'the group', timeoutMs: 120_000 });
  return {
    rig,
    fn,
    group,
    admin,
    arrived: (wanted: readonly string[]) =>
      waitFor(() => hasAll(wanted), { what: `${wanted.length} records like ${wanted[0]}`, timeoutMs: 120_000 }),
    async stop() {
      run.kill('SIGTERM');
      const { code, stdout } = await run.result;
      expect(code).toBe(0);
      return { totals: JSON.parse(stdout).connectors[0].totals as Record<string, number> };
    },
  };
}

/** Whether no member has a partition of `topic` any more. */
function isGone(admin: Awaited<ReturnType<typeof foreignAdmin>>, group: string, topic: string) {
  return async () => {
    const [description] = (await admin.describeGroups([group])).groups;
    const has = description?.members.some(({ memberAssignment }) => memberAssignment.includes(topic));
    return description?.state === 'Stable' && has === false;
  };
}

const records = (values: readonly string[]) => values.map((value) => recordOf('k', value));

describe('a running connector', () => {
  it('reads partitions that are added and topics that begin to match from their beginning', async () => {
    const prefix = uniqueName('grow');
    const first = `${prefix}-a`;
    const second = `${prefix}-b`;
    const config = { 'topics.regex': `${prefix}-.*`, 'consumer.start.offset': 'latest' };
    // Nothing matches yet.
    const { rig, admin, arrived, stop } = await startRun(config, {}, 500);
    await admin.createTopics({ topics: [{ topic: first, numPartitions: 1 }], waitForLeaders: true });
    await rig.produce(first, 0, records(texts('a0-', 30)));
    await arrived(texts('a0-', 30));
    await admin.createPartitions({ topicPartitions: [{ topic: first, count: 3 }] });
    await admin.createTopics({ topics: [{ topic: second, numPartitions: 2 }], waitForLeaders: true });
    for (const partition of [1, 2]) await rig.produce(first, partition, records(texts(`a${partition}-`, 30)));
    for (const partition of [0, 1]) await rig.produce(second, partition, records(texts(`b${partition}-`, 30)));
    for (const prefixes of ['a1-', 'a2-', 'b0-', 'b1-']) await arrived(texts(prefixes, 30));
    const { totals } = await stop();
    expect(totals).toMatchObject({ written: 150, gap: 0 });
  });

  it.each([
    ['and stays away for a while', 300, true],
    ['and is back before anybody looked', 600_000, false],
  ])(
    'reads a topic that is deleted %s from its new beginning, however long it is by then',
    async (_when, maxAge, away) => {
      const kept = uniqueName('kept');
      const gone = uniqueName('gone');
      const existing = { [kept]: 2, [gone]: 2 };
      const { rig, admin, group, arrived, stop } = await startRun({ topics: `${kept},${gone}` }, existing, maxAge);
      await rig.produce(gone, 0, records(texts('old', 40)));
      await rig.produce(kept, 0, records(texts('kept-old', 40)));
      await arrived([...texts('old', 40), ...texts('kept-old', 40)]);

      await admin.deleteTopics({ topics: [gone] });
      // Missing for as long as it takes to be noticed.
      if (away) await waitFor(isGone(admin, group, gone), { what: 'its partitions to be taken away' });
      await waitFor(
        () =>
          admin.createTopics({ topics: [{ topic: gone, numPartitions: 2 }], waitForLeaders: true }).then(
            () => true,
            () => false,
          ),
        { what: 'the topic to be made anew' },
      );
      // Longer than it was: the old position lies inside the new log.
      await rig.produce(gone, 0, records(texts('new', 120)));
      await rig.produce(gone, 1, records(texts('new-one', 10)));
      await rig.produce(kept, 0, records(texts('kept-new', 40)));
      await arrived([...texts('new', 120), ...texts('new-one', 10), ...texts('kept-new', 40)]);
      const { totals } = await stop();
      expect(totals['gap']).toBe(0);
      const committed = rig.driver.admin();
      expect((await committed.committedOffsets(group, gone)).get(0)?.offset).toBe(120);
      expect((await committed.committedOffsets(group, kept)).get(0)?.offset).toBe(80);
      await committed.close();
    },
  );

  it('counts exactly what Kafka deleted while the target was down', async () => {
    const topic = uniqueName('short');
    const config = { topics: topic, 'batch.size': '10' };
    const { rig, fn, admin, arrived, stop } = await startRun(config, { [topic]: 1 }, 30_000);
    await rig.produce(topic, 0, records(texts('v', 10)));
    await arrived(texts('v', 10));
    await fn.down();
    // More than one fetch can bring: what was fetched is sent when the target is back, the rest is gone.
    const padding = '.'.repeat(2_000);
    await rig.produce(topic, 0, records(texts(padding, 5_000)));
    await rig.produce(topic, 0, records(texts('x', 10)));
    // kafkajs deletes records only of topics whose metadata it has.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5010' }] });
    await fn.up();
    await arrived(texts('x', 10));
    const { totals } = await stop();
    const written = new Set(fn.envelopes.flat().map(({ offset }) => offset));
    expect(totals['gap']).toBe(5_020 - written.size);
    expect(totals['gap']).toBeGreaterThan(1_000);
  });
});
