/** A topic is deleted and made anew, longer than the old position, while nobody fetches its partition: only topic ids tell the two apart. */
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHttpFunction } from '../helpers/http-function.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { type Rig, recordOf, startRig } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { texts } from '../integration/kafka/harness.ts';

const OLD = 400;
const NEW = 1_000;

/** A connector that has delivered all of a topic, and holds as much as it takes of what came while its function is down. */
async function startPaused(metadataMaxAgeMs: number) {
  const rig = await startRig();
  const topic = await rig.createTopic(2);
  const fn = await startHttpFunction();
  const name = uniqueName('remade');
  const file = await rig.connectorFile(name, {
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'invoke.http.url': fn.url,
    topics: topic,
    'tasks.max': '1',
    'batch.size': '10',
    'max.in.flight.batches': '1',
    'linger.ms': '50',
    retries: '1',
    'retry.backoff.max.ms': '200',
  });
  const env = { SPILLWAY_METADATA_MAX_AGE_MS: String(metadataMaxAgeMs), SPILLWAY_LOG_LEVEL: 'info' };
  const run = rig.spawnCli(['run', '--json', file], env);
  let stderr = '';
  run.stderr?.on('data', (text: string) => (stderr += text));
  const arrivals = () => fn.envelopes.flat().map(({ partition, value }) => `${partition}/${value}`);
  const fill = async (prefix: string, count: number) => {
    for (const partition of [0, 1]) {
      const records = texts(prefix, count).map((value) => recordOf('k', value));
      await rig.produce(topic, partition, records);
    }
  };
  await fill('old', OLD / 2);
  await waitFor(() => new Set(arrivals()).size === OLD, { what: 'the old records', timeoutMs: 120_000 });
  await fn.down();
  await fill('held', OLD / 2);
  const group = `connect-${name}`;
  return { rig, topic, fn, run, group, arrivals, fill, log: () => stderr };
}

async function remake(rig: Rig, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());
  await admin.deleteTopics({ topics: [topic] });
  const again = () =>
    admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true }).then(
      () => true,
      () => false,
    );
  await waitFor(again, { what: 'the topic to be made anew' });
}

const ANEW = 'the topic was deleted and made anew; it is read from its beginning';
/** How often a partition was assigned. */
const assigned = (log: string) =>
  log.split('\n').reduce((sum, line) => {
    if (!line.includes('"partitions assigned"')) return sum;
    return sum + (JSON.parse(line) as { partitions: string[] }).partitions.length;
  }, 0);
const newOnes = [0, 1].flatMap((partition) => texts(`${partition}/new`, NEW));

describe('a topic that is made anew, and longer, while its target is down', () => {
  it.each([
    ['when it is read again', 600_000, false],
    ['while it is still paused', 500, true],
  ])('is noticed %s: every record of the new one arrives, and once', async (_when, maxAgeMs, beforeUp) => {
    const { rig, topic, fn, run, group, arrivals, fill, log } = await startPaused(maxAgeMs);
    // The breaker is open: nothing more is sent, and nothing fetched.
    await waitFor(() => log().includes('the target cannot be reached'), { what: 'the breaker', timeoutMs: 120_000 });
    await remake(rig, topic);
    await fill('new', NEW);
    // Where the look at topics finds it missing, the partitions are taken away and come back with the new one.
    if (beforeUp) await waitFor(() => assigned(log()) >= 4, { what: 'both partitions to begin anew' });
    await fn.up();
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const done = async () => {
      expect(run.exitCode, log()).toBeNull();
      const committed = await admin.committedOffsets(group, topic);
      return [0, 1].every((partition) => committed.get(partition)?.offset === NEW);
    };
    await waitFor(done, { what: 'all of the new topic to be committed', timeoutMs: 120_000 });
    const anew = arrivals().filter((each) => each.includes('/new'));
    expect(anew.sort()).toEqual([...newOnes].sort());
    if (!beforeUp) expect(log().split(ANEW)).toHaveLength(3);
    run.kill('SIGTERM');
    expect((await run.result).code).toBe(0);
  });

  it('gets no commit of the old one: who comes next begins at its beginning', async () => {
    const { rig, topic, run, group, fill, log } = await startPaused(600_000);
    await waitFor(() => log().includes('the target cannot be reached'), { what: 'the breaker', timeoutMs: 120_000 });
    await remake(rig, topic);
    await fill('new', NEW);
    run.kill('SIGTERM');
    expect((await run.result).code).toBe(0);
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const committed = await admin.committedOffsets(group, topic);
    expect([...committed.values()].filter(({ offset }) => offset > 0)).toEqual([]);
  });
});
