import { readFile, writeFile } from 'node:fs/promises';
import { Kafka, logLevel } from 'kafkajs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../../cli/doctor/finding.ts';
import { startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { objectPaths, type Rig, recordOf, startRig } from '../../helpers/pipeline.ts';
import { consumerOptions, started } from '../kafka/harness.ts';

type Said = Finding & { readonly section: string; readonly connector?: string };

async function examined(
  rig: Rig,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly findings: readonly Said[] }> {
  const { code, stdout, stderr } = await rig.spawnCli(['doctor', '--json', ...args], env).result;
  expect(stderr).toBe('');
  return { code, findings: JSON.parse(stdout) as Said[] };
}

function grave(findings: readonly Said[]): string[] {
  return findings.filter(({ severity }) => severity !== 'ok').map(({ severity, code }) => `${severity} ${code}`);
}

function find(findings: readonly Said[], code: string): Said | undefined {
  return findings.find((finding) => finding.code === code);
}

/** A client that is not ours. */
async function foreignAdmin(bootstrapServers: string) {
  const client = new Kafka({ brokers: bootstrapServers.split(','), logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  onTestFinished(() => admin.disconnect());
  return { client, admin };
}

/** A connector without anything to complain about. */
async function soundFile(rig: Rig, topic: string, extra: Readonly<Record<string, string>> = {}): Promise<string> {
  const secrets = `${rig.folder}/secrets`;
  await writeFile(secrets, `id=${rig.credentials.accessKeyId}\nsecret=${rig.credentials.accessKeySecret}\n`);
  return await rig.connectorFile(uniqueName('c'), {
    topics: topic,
    'tasks.max': '1',
    'oss.access.key.id': `\${file:${secrets}:id}`,
    'oss.access.key.secret': `\${file:${secrets}:secret}`,
    ...extra,
  });
}

async function nameIn(file: string): Promise<string> {
  return JSON.parse(await readFile(file, 'utf8')).name;
}

describe('spillway doctor, where all is well', () => {
  it('exits 0, says the same twice, and leaves nothing behind', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(2);
    const file = await soundFile(rig, topic, { 'tasks.max': '2' });
    const name = await nameIn(file);
    const first = await rig.spawnCli(['doctor', file]).result;
    expect(first.stdout).toContain(`${topic} (2 partitions)`);
    expect(first.stdout).toContain('2 partitions of 2 begin at consumer.start.offset=earliest');
    expect(first.stdout).not.toContain('problem  ');
    expect(first.code).toBe(0);
    expect(await rig.spawnCli(['doctor', file]).result).toEqual(first);

    const { admin } = await foreignAdmin(rig.bootstrapServers);
    expect(await admin.listTopics()).not.toContain(`connect-error-${name}`);
    expect((await admin.listGroups()).groups.map(({ groupId }) => groupId)).not.toContain(`connect-${name}`);
    expect(rig.oss.stats().byMethod).not.toHaveProperty('PUT');
    expect(await objectPaths(rig.bucketFolder)).toEqual([]);
  });

  it('writes an object when told to, and takes it away again', async () => {
    const rig = await startRig();
    const file = await soundFile(rig, await rig.createTopic(1));
    const { code, findings } = await examined(rig, ['--write-probe', file]);
    expect(find(findings, 'oss-write')).toMatchObject({ severity: 'ok' });
    expect(code).toBe(0);
    expect(rig.oss.stats().byMethod).toMatchObject({ PUT: 1, DELETE: 1 });
    expect(await objectPaths(rig.bucketFolder)).toEqual([]);
  });

  it('looks at Kafka alone when no connector is named', async () => {
    const rig = await startRig();
    const { code, findings } = await examined(rig, []);
    expect(find(findings, 'kafka-cluster')?.message).toMatch(/^cluster \S+: \d brokers?, Kafka \d+\.\d+ or newer$/);
    expect([code, grave(findings)]).toEqual([0, []]);
  });

  it('lists what a pattern matches now', async () => {
    const rig = await startRig();
    const prefix = uniqueName('p');
    const topics = [await rig.createTopic(1, `${prefix}-b`), await rig.createTopic(1, `${prefix}-a`)].sort();
    const file = await soundFile(rig, '', { topics: '', 'topics.regex': `${prefix}-.*` });
    const { topics: _, ...config } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(config));
    const { findings } = await examined(rig, [file]);
    expect(find(findings, 'sources')?.message).toBe(
      `topics.regex matches now: ${topics.map((topic) => `${topic} (1 partition)`).join(', ')}`,
    );
  });
});

describe('spillway doctor about a consumer group', () => {
  it('says how far behind it is, and which tasks would be idle', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(1);
    await rig.produce(topic, 0, [recordOf('a', '1'), recordOf('b', '2'), recordOf('c', '3')]);
    const file = await soundFile(rig, topic, { 'tasks.max': '3' });
    const { admin } = await foreignAdmin(rig.bootstrapServers);
    const groupId = `connect-${await nameIn(file)}`;
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] });
    const { code, findings } = await examined(rig, [file]);
    expect(find(findings, 'position-resumed')?.message).toContain('lag 2 offsets');
    expect(find(findings, 'tasks-idle')?.action).toContain('tasks.max=1');
    expect(code).toBe(0);
  });

  it('finds offsets past the end, offsets that are gone, stopped partitions and strangers', async () => {
    const rig = await startRig();
    const topic = await rig.createTopic(3);
    for (const partition of [0, 1, 2]) {
      await rig.produce(topic, partition, [recordOf('a', '1'), recordOf('b', '2'), recordOf('c', '3')]);
    }
    const file = await soundFile(rig, topic);
    const { admin, client } = await foreignAdmin(rig.bootstrapServers);
    // kafkajs deletes only of topics that it has asked for before.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 1, offset: '2' }] });
    const groupId = `connect-${await nameIn(file)}`;
    const mark = JSON.stringify({ spillway: 1, stopped: { offset: 2, code: 'VALUE_NOT_UTF8' } });
    const { consumer } = await started(rig.driver, consumerOptions([topic], { groupId }));
    await consumer.commit([
      { topic, partition: 0, offset: 99 },
      { topic, partition: 1, offset: 0 },
      { topic, partition: 2, offset: 2, metadata: mark },
    ]);
    const active = await examined(rig, [file]);
    expect(find(active.findings, 'group-active')?.message).toContain('1 member of group');
    await consumer.close();

    const { code, findings } = await examined(rig, [file]);
    expect(find(findings, 'group-state')?.message).toContain('no members now');
    expect(find(findings, 'position-past-end')).toMatchObject({
      severity: 'problem',
      error: 'OFFSET_PAST_END',
      message: expect.stringContaining(`99 of ${topic}-0, which ends at 3`),
      action: expect.stringContaining('spillway offsets CONNECTOR-FILE'),
    });
    expect(find(findings, 'position-gap')?.message).toContain('2 offsets were deleted before they were read');
    expect(find(findings, 'position-stopped')).toMatchObject({
      severity: 'problem',
      error: 'VALUE_NOT_UTF8',
      action: expect.stringContaining('--resume-stopped'),
    });
    expect(code).toBe(1);

    // The last thing to do: this client moves committed offsets that are out of range.
    const stranger = client.consumer({ groupId });
    const joined = new Promise((resolve) => stranger.on('consumer.group_join', resolve));
    await stranger.connect();
    onTestFinished(() => stranger.disconnect());
    await stranger.subscribe({ topic });
    await stranger.run({ eachMessage: async () => undefined });
    await joined;
    const later = await examined(rig, [file]);
    expect(find(later.findings, 'group-foreign')).toMatchObject({
      severity: 'problem',
      message: expect.stringContaining('kafkajs at 127.0.0.1'),
      action: expect.stringContaining('consumer.group.id'),
    });
  });
});

describe('spillway doctor about error topics', () => {
  it('finds one that is compacted, too small and never in sync', async () => {
    const rig = await startRig();
    const admin = rig.driver.admin();
    onTestFinished(() => admin.close());
    const topic = await rig.createTopic(1);
    const errors = uniqueName('errors');
    const configs = { 'cleanup.policy': 'compact', 'max.message.bytes': '1000', 'min.insync.replicas': '9' };
    await admin.createTopics([{ name: errors, partitions: 1, replicationFactor: 1, configs }]);
    const file = await soundFile(rig, topic, {
      'errors.deadletterqueue.topic.name': errors,
      'runtime.error.topic.name': errors,
    });
    const { code, findings } = await examined(rig, [file]);
    expect(grave(findings)).toEqual([
      'problem error-topic-compacted',
      'problem error-topic-replicas',
      'warning error-topic-size',
    ]);
    expect(find(findings, 'error-topic-size')?.action).toContain(`max.message.bytes of topic ${errors}`);
    expect(code).toBe(1);
  });
});

describe('spillway doctor about brokers', () => {
  it('tells a bootstrap that works from an advertised address that does not', async () => {
    const rig = await startRig();
    const kafka = await startKafka({ overrides: { 'advertised.listeners': 'PLAINTEXT://127.0.0.1:1' } });
    onTestFinished(() => kafka.stop());
    const { code, findings } = await examined(rig, [], { SPILLWAY_BOOTSTRAP_SERVERS: kafka.bootstrapServers });
    expect(find(findings, 'bootstrap-reachable')).toMatchObject({ severity: 'ok' });
    expect(find(findings, 'advertised-unreachable')).toMatchObject({
      severity: 'problem',
      message: expect.stringContaining('127.0.0.1:1'),
      action: expect.stringContaining('advertised.listeners of broker 1'),
    });
    expect(code).toBe(1);
  });

  it('finds brokers that take too little metadata with an offset, where batches are planned in it', async () => {
    const kafka = await startKafka({ overrides: { 'offset.metadata.max.bytes': '512' } });
    onTestFinished(() => kafka.stop());
    const rig = await startRig(kafka.bootstrapServers);
    const topic = await rig.createTopic(1);
    const small = await examined(rig, [await soundFile(rig, topic)]);
    expect([small.code, grave(small.findings)]).toEqual([1, ['problem group-metadata']]);
    expect(find(small.findings, 'group-metadata')?.message).toContain(' 512 bytes ');
    const unplanned = await examined(rig, [await soundFile(rig, topic, { 'delivery.guarantee': 'at-least-once' })]);
    expect([unplanned.code, grave(unplanned.findings)]).toEqual([0, []]);
  });

  it('warns of one bootstrap server of several that is down', async () => {
    const rig = await startRig();
    const servers = `127.0.0.1:1,${rig.bootstrapServers}`;
    const { code, findings } = await examined(rig, [], { SPILLWAY_BOOTSTRAP_SERVERS: servers });
    expect([code, grave(findings)]).toEqual([0, ['warning bootstrap-unreachable']]);
  });

  it('still looks at the target when Kafka is out of reach, and exits 2', async () => {
    const rig = await startRig();
    const file = await soundFile(rig, 'orders');
    const { code, findings } = await examined(rig, [file], { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:1' });
    expect(find(findings, 'oss-bucket')).toMatchObject({ severity: 'ok' });
    expect([code, grave(findings)]).toEqual([2, ['problem bootstrap-unreachable']]);
  });

  it('says what is wrong with worker settings', async () => {
    const rig = await startRig();
    const { code, findings } = await examined(rig, [], { SPILLWAY_BOOTSTRAP_SERVERS: 'nonsense' });
    expect(find(findings, 'worker-invalid')?.message).toContain('bootstrap.servers: expected');
    expect(code).toBe(1);
  });
});

describe('spillway doctor about a function of the user’s own', () => {
  it('connects and does not invoke it', async () => {
    const rig = await startRig();
    const there = await startHttpFunction();
    const file = await httpFile(rig, there.url);
    const well = await examined(rig, [file]);
    expect(find(well.findings, 'http-reached')).toMatchObject({ severity: 'ok' });
    expect([well.code, there.bodies]).toEqual([0, []]);

    const tls = await examined(rig, [await httpFile(rig, there.url.replace('http:', 'https:'))]);
    expect(find(tls.findings, 'http-tls')?.action).toContain('http:// in invoke.http.url');
    expect(tls.code).toBe(1);

    await there.down();
    const down = await examined(rig, [file]);
    expect(find(down.findings, 'http-unreachable')).toMatchObject({
      severity: 'problem',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(down.code).toBe(1);
  });
});

async function httpFile(rig: Rig, url: string): Promise<string> {
  return await rig.connectorFile(uniqueName('c'), {
    'connector.class': 'fc-sink',
    topics: await rig.createTopic(1),
    'tasks.max': '1',
    'invoke.target': 'http',
    'invoke.http.url': url,
  });
}
