/** Whole workers whose config topic is damaged under them, and whose broker is killed: they say what is wrong, and go on with what is valid. */
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { expect, it, onTestFinished } from 'vitest';
import { startKafka } from '../../infra/local/kafka/start-kafka.ts';
import { type ClusterWorker, ossConfig, startClusterWorker } from '../helpers/control-plane/cluster-worker.ts';
import { uniqueName } from '../helpers/kafka.ts';
import { type Rig, recordOf, startRig, writtenRecords } from '../helpers/pipeline.ts';
import { waitFor } from '../helpers/wait-for.ts';

const RECORDS = 20;

interface Status {
  readonly connector: { readonly state: string; readonly trace?: string };
  readonly tasks: readonly { readonly state: string }[];
}

async function statusOf({ url }: ClusterWorker, name: string): Promise<Status> {
  return (await (await fetch(`${url}/connectors/${name}/status`)).json()) as Status;
}

/** `RUNNING: RUNNING`: of the connector and of its tasks. */
async function statesOf(worker: ClusterWorker, name: string): Promise<string> {
  const { connector, tasks = [] } = await statusOf(worker, name);
  return `${connector?.state}: ${tasks.map(({ state }) => state).join(', ')}`;
}

async function write(worker: ClusterWorker, method: string, path: string, body?: object): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) };
  return (await fetch(worker.url + path, init)).status;
}

/** kafkajs' own clients, which know nothing of ours. */
async function damage(rig: Rig, topic: string, messages: readonly { key: string | Buffer; value: string }[]) {
  const kafka = new Kafka({ brokers: rig.bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  await Promise.all([admin.connect(), producer.connect()]);
  const policy = (value: string) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'cleanup.policy', value }] }],
    });
  const [{ high = '0' } = {}] = await admin.fetchTopicOffsets(topic);
  await policy('delete');
  const half = String(Math.floor(Number(high) / 2));
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: half }] });
  await policy('compact');
  await producer.send({ topic, messages: [...messages] });
  await Promise.all([admin.disconnect(), producer.disconnect()]);
}

it('workers whose config topic lost half its records and got garbage, and whose broker was killed, go on with what is valid', async () => {
  const kafka = await startKafka();
  onTestFinished(() => kafka.stop());
  const rig = await startRig(kafka.bootstrapServers);
  const group = uniqueName('workers');
  const configTopic = `${group}-configs`;
  const settings = { 'config.storage.topic': configTopic, 'session.timeout.ms': '6000', 'metadata.max.age.ms': '3000' };
  const start = () => startClusterWorker(rig, group, settings);
  const workers = await Promise.all([start(), start()]);
  const [first] = workers as [ClusterWorker, ClusterWorker];
  const names = ['a', 'b', 'c', 'd'];
  const topics = new Map<string, string>();
  for (const name of names) {
    const topic = await rig.createTopic(1, name);
    topics.set(name, topic);
    const config = ossConfig(rig, topic, { 'tasks.max': '1' });
    expect(await write(first, 'POST', '/connectors', { name, config })).toBe(201);
  }
  const shows = (worker: ClusterWorker, name: string, states: string) =>
    waitFor(async () => (await statesOf(worker, name)) === states, { what: `${name} to be ${states}` });
  for (const name of names) await shows(first, name, 'RUNNING: RUNNING');
  expect(await write(first, 'PUT', '/connectors/d/stop')).toBe(204);
  await shows(first, 'd', 'STOPPED: ');

  const invalid = ossConfig(rig, topics.get('b') ?? '', { 'tasks.max': 'many' });
  await damage(rig, configTopic, [
    { key: 'connector-a', value: 'garbage' },
    { key: Buffer.from([0xff]), value: 'no text for a key' },
    { key: 'somebody-elses', value: '{}' },
    { key: 'connector-b', value: JSON.stringify({ properties: invalid }) },
  ]);
  for (const { log } of workers) {
    await waitFor(() => log().includes('the beginning of the configuration topic was deleted'), { what: 'the loss' });
    await waitFor(() => log().includes('not understood'), { what: 'the garbage to be reported' });
  }
  await waitFor(() => workers.some(({ log }) => log().includes('is in it again')), { what: 'what was lost, written' });
  await shows(first, 'b', 'FAILED: RUNNING');
  expect((await statusOf(first, 'b')).connector.trace).toContain('tasks.max');

  await kafka.brokers[0]?.restart();
  for (const topic of topics.values()) {
    const records = Array.from({ length: RECORDS }, (_, i) => recordOf(`k${i}`, `v${i}`));
    await waitFor(
      () =>
        rig.produce(topic, 0, records).then(
          () => true,
          () => false,
        ),
      { what: 'the broker' },
    );
  }
  const written = async () =>
    new Set((await writtenRecords(rig.bucketFolder)).map(({ topic, offset }) => `${topic}/${offset}`));
  // All but the stopped one's; a send that was not confirmed may have come twice.
  const running = names.filter((name) => name !== 'd').map((name) => topics.get(name) ?? '');
  const wanted = running.flatMap((topic) => Array.from({ length: RECORDS }, (_, i) => `${topic}/${i}`));
  const missing = async () => {
    const there = await written();
    return wanted.filter((place) => !there.has(place));
  };
  await waitFor(async () => (await missing()).length === 0, { what: 'every record' });
  expect([...(await written())].some((place) => place.startsWith(topics.get('d') ?? ''))).toBe(false);

  // Who starts now finds all of it, and may change it.
  const late = await start();
  for (const worker of [...workers, late]) {
    const answer = await fetch(`${worker.url}/connectors`);
    expect(((await answer.json()) as string[]).sort()).toEqual(names);
    await shows(worker, 'd', 'STOPPED: ');
  }
  expect(await write(late, 'PUT', '/connectors/d/resume')).toBe(202);
  const valid = ossConfig(rig, topics.get('b') ?? '', { 'tasks.max': '1' });
  expect(await write(late, 'PUT', '/connectors/b/config', valid)).toBe(200);
  for (const name of names) await shows(first, name, 'RUNNING: RUNNING');
  await waitFor(async () => (await written()).size >= names.length * RECORDS, { what: 'records of d, too' });
}, 300_000);
