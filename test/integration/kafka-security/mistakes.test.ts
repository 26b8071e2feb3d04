/** What `spillway run` says and answers to a user's mistakes at Kafka, tried one by one. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../../../infra/local/supervise/ports.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import { ADMIN, BOB, type SecuredKafka, startSecuredKafka } from '../../helpers/kafka-security/secured-kafka.ts';
import { type CliResult, spawnCli } from '../../helpers/pipeline.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, produce } from '../kafka/harness.ts';

let secured: SecuredKafka;
let anyone: KafkaDriver;
beforeAll(async () => {
  secured = await startSecuredKafka();
  anyone = driverOf({ 'bootstrap.servers': secured.at('open') });
}, 240_000);
afterAll(async () => {
  await secured?.stop();
}, 60_000);

type Settings = Readonly<Record<string, string>>;

const asUser = ({ username, password }: { username: string; password: string }): Settings => ({
  'bootstrap.servers': secured.at('sasl'),
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'PLAIN',
  'sasl.username': username,
  'sasl.password': password,
});

async function newTopic(prefix: string): Promise<string> {
  const topic = uniqueName(prefix);
  const admin = anyone.admin();
  await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs: {} }]);
  await admin.close();
  await produce(anyone, topic, ['{"n":1}']);
  return topic;
}

/** Starts `spillway run` under these worker settings. */
async function spawnRun(worker: Settings, connector: Settings, args: readonly string[] = ['--until-caught-up']) {
  const folder = await temporaryFolder();
  const [workerFile, connectorFile] = [join(folder, 'worker.json'), join(folder, 'connector.json')];
  await writeFile(workerFile, JSON.stringify({ listeners: 'http://127.0.0.1:0', ...worker }));
  const usual = { 'connector.class': 'fc-sink', 'invoke.target': 'http', 'consumer.start.offset': 'earliest' };
  const common = {
    ...usual,
    'invoke.http.url': 'http://127.0.0.1:9/',
    'resources.create': 'manual',
    'errors.policy': 'stop',
  };
  await writeFile(connectorFile, JSON.stringify({ ...common, ...connector }));
  return spawnCli(['run', '--worker', workerFile, ...args, connectorFile], { SPILLWAY_BOOTSTRAP_SERVERS: '' });
}

async function runOf(worker: Settings, connector: Settings): Promise<CliResult> {
  return await (await spawnRun(worker, connector)).result;
}

const said = ({ stdout, stderr }: CliResult) => `${stdout}${stderr}`;

describe('the way to Kafka', () => {
  const run = async (worker: Settings) => await runOf(worker, { name: 'c', topics: 'orders' });

  it('wrong port: nothing listens there', async () => {
    const [port] = await freePorts(1);
    const result = await run({ 'bootstrap.servers': `127.0.0.1:${port}` });
    expect(result.code).toBe(2);
    expect(said(result)).toMatch(
      /BROKER_UNREACHABLE: .*check bootstrap\.servers.*nothing listens there; is it the right port/,
    );
  });

  it('wrong port: a listener with other security', async () => {
    const result = await run({ 'bootstrap.servers': secured.at('tls') });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(/KAFKA_PROTOCOL_MISMATCH: .*speaks TLS.*set security\.protocol=SSL/);
  });

  it('wrong host', async () => {
    const result = await run({ 'bootstrap.servers': 'no-such-host.invalid:9092' });
    expect(result.code).toBe(2);
    expect(said(result)).toMatch(/BROKER_UNREACHABLE: .*(host name is not known here|name server does not answer)/);
  });

  it('wrong password', async () => {
    const result = await run(asUser({ ...ADMIN, password: 'guessed' }));
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(
      /KAFKA_AUTHENTICATION_FAILED: .*check sasl\.mechanism, sasl\.username and sasl\.password/,
    );
    expect(said(result)).not.toContain('guessed');
  });

  it('TLS to a plain port', async () => {
    const result = await run({ 'bootstrap.servers': secured.at('sasl'), 'security.protocol': 'SSL' });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(/KAFKA_PROTOCOL_MISMATCH: .*no TLS.*set security\.protocol=SASL_PLAINTEXT/);
  });

  it('a CA that is not given', async () => {
    const result = await run({ 'bootstrap.servers': secured.at('tls'), 'security.protocol': 'SSL' });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(/KAFKA_TLS_REFUSED: .*issuer that is not trusted here.*ssl\.ca/);
  });
});

describe('a right that is missing', () => {
  it('READ on the topic', async () => {
    const topic = await newTopic('orders');
    const result = await runOf(asUser(BOB), { name: uniqueName('c'), topics: topic });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(new RegExp(`TOPIC_AUTHORIZATION_FAILED: .*grant .* on topic ${topic}.*READ`));
  });

  it('READ on the group', async () => {
    const topic = await newTopic('orders');
    await secured.grant('bob', 'READ', 'TOPIC', topic);
    const name = uniqueName('c');
    const result = await runOf(asUser(BOB), { name, topics: topic });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(
      new RegExp(
        `GROUP_AUTHORIZATION_FAILED: .*grant .*READ on group connect-${name}.*--operation READ --group connect-${name}`,
      ),
    );
  });

  it('CREATE on the error topic, with the other way out', async () => {
    const topic = await newTopic('orders');
    const name = uniqueName('c');
    await secured.grant('bob', 'READ', 'TOPIC', topic);
    await secured.grant('bob', 'DESCRIBE', 'TOPIC', `connect-error-${name}`);
    const create = { 'resources.create': 'auto', 'errors.policy': 'continue' };
    const result = await runOf(asUser(BOB), { name, topics: topic, ...create });
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(
      new RegExp(
        `TOPIC_AUTHORIZATION_FAILED: .*CREATE on topic connect-error-${name} or on the cluster, or create it beforehand`,
      ),
    );
  });

  it('WRITE on the error topic: nothing is acked, the partition waits and says so, and goes on when it is granted', async () => {
    const errors = await newTopic('errors');
    const topic = await newTopic('orders');
    const name = uniqueName('c');
    await secured.grant('bob', 'READ', 'TOPIC', topic);
    await secured.grant('bob', 'DESCRIBE', 'TOPIC', errors);
    await secured.grant('bob', 'READ', 'GROUP', `connect-${name}`);
    const target = await startHttpFunction((records) => ({
      body: {
        version: 1,
        outcomes: records.map(({ topic: t, partition, offset }) => ({
          topic: t,
          partition,
          offset,
          status: 'errant',
          code: 'BAD',
          message: 'not an order',
        })),
      },
    }));
    const child = await spawnRun(asUser(BOB), {
      name,
      topics: topic,
      'invoke.http.url': target.url,
      'errors.policy': 'continue',
      'errors.deadletterqueue.topic.name': errors,
      'runtime.error.topic.name': errors,
      'linger.ms': '50',
    });
    let stderr = '';
    child.stderr?.on('data', (text: string) => (stderr += text));
    await waitFor(() => stderr.includes(`WRITE on topic ${errors}`), { what: 'the sentence' });
    expect(stderr).toContain('nothing is acked and the partition waits');
    const admin = closedAfterwards(anyone.admin());
    expect((await admin.committedOffsets(`connect-${name}`, topic)).get(0)?.offset).toBe(0);
    await secured.grant('bob', 'WRITE', 'TOPIC', errors);
    expect((await child.result).code).toBe(0);
    expect((await admin.committedOffsets(`connect-${name}`, topic)).get(0)?.offset).toBe(1);
    expect((await admin.listOffsets(errors, 'latest')).get(0)).toBe(2);
  });
});
