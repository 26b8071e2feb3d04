/** A connector at brokers that forbid what an instance of ApsaraMQ for Kafka forbids: clients that make topics, and groups that nobody made. The
 *  brokers are a real Kafka with an authorizer; topics and groups come through the stand-in for the OpenAPI, which makes them there. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AlikafkaServer, startAlikafka } from '../../../infra/local/alikafka/server.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { startHttpFunction } from '../../helpers/http-function.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import { BOB, type SecuredKafka, startSecuredKafka } from '../../helpers/kafka-security/secured-kafka.ts';
import { type CliResult, spawnCli } from '../../helpers/pipeline.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { produce } from '../kafka/harness.ts';

const KEYS = { accessKeyId: 'LTAI5tOfTheInstance', accessKeySecret: 'ASecretOfTheInstance' };
/** Of whoever only looks. The service counts the calls of each apart. */
const INSPECTOR = { accessKeyId: 'LTAI5tInspector', accessKeySecret: 'secret-of-the-inspector' };
const instanceId = 'alikafka_post-cn-local';
const name = uniqueName('c').slice(0, 40);
const topic = uniqueName('orders');
const errors = `connect-error-${name}`;
const group = `connect-${name}`;

let secured: SecuredKafka;
let anyone: KafkaDriver;
let openApi: AlikafkaServer;

beforeAll(async () => {
  secured = await startSecuredKafka();
  anyone = driverOf({ 'bootstrap.servers': secured.at('open') });
  const newTopic = async (wanted: string, partitions: number) => {
    const admin = anyone.admin();
    await admin.createTopics([{ name: wanted, partitions, replicationFactor: 1, configs: {} }]);
    await admin.close();
  };
  openApi = await startAlikafka({
    credentials: [KEYS, { ...INSPECTOR, allowed: ['alikafka:ListTopic', 'alikafka:ListInstance'] }],
    instances: [{ instanceId, endpoints: { SaslEndPoint: secured.at('sasl'), EndPoint: '10.0.0.1:9092' } }],
    creationMs: 300,
    onTopic: async (made) => await newTopic(made.name, made.partitions),
    onGroup: async ({ groupId }) => await secured.grant('bob', 'READ', 'GROUP', groupId),
  });
  await newTopic(topic, 1);
  await produce(anyone, topic, ['{"n":1}', 'poison', '{"n":3}']);
  await secured.grant('bob', 'READ', 'TOPIC', topic);
  // As at an instance whose topics all its users may write; nobody may make one.
  await secured.grant('bob', 'WRITE', 'TOPIC', errors);
}, 240_000);
afterAll(async () => {
  await openApi?.close();
  await secured?.stop();
}, 60_000);

const managed = (keys = KEYS) => ({
  SPILLWAY_ALIKAFKA_INSTANCE_ID: instanceId,
  SPILLWAY_ALIKAFKA_REGION: openApi.region,
  SPILLWAY_ALIKAFKA_ENDPOINT: openApi.endpoint,
  SPILLWAY_ALIKAFKA_ACCESS_KEY_ID: keys.accessKeyId,
  SPILLWAY_ALIKAFKA_ACCESS_KEY_SECRET: keys.accessKeySecret,
});

/** Runs the command on files of worker and connector, at a target that calls one record bad. */
async function spillway(command: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<CliResult> {
  const { url } = await startHttpFunction((records) => ({
    body: {
      version: 1,
      outcomes: records.map(({ topic: of, partition, offset, value }) => ({
        ...{ topic: of, partition, offset },
        ...(value === 'poison' ? { status: 'errant', code: 'BAD', message: 'no order' } : { status: 'written' }),
      })),
    },
  }));
  const folder = await temporaryFolder();
  const worker = join(folder, 'worker.json');
  const settings = {
    'bootstrap.servers': secured.at('sasl'),
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': BOB.username,
    'sasl.password': BOB.password,
    listeners: 'http://127.0.0.1:0',
    'log.level': 'debug',
  };
  await writeFile(worker, JSON.stringify(settings));
  const connector = await connectorFile(folder, { name, 'invoke.http.url': url });
  const whole = { SPILLWAY_BOOTSTRAP_SERVERS: '', ...env };
  return await (await spawnCli([command, '--worker', worker, ...args, connector], whole)).result;
}

async function connectorFile(folder: string, keys: Readonly<Record<string, string>>): Promise<string> {
  const file = join(folder, 'connector.json');
  const usual = {
    topics: topic,
    'connector.class': 'fc-sink',
    'invoke.target': 'http',
    'consumer.start.offset': 'earliest',
  };
  await writeFile(file, JSON.stringify({ ...usual, ...keys }));
  return file;
}

const said = ({ stdout, stderr }: CliResult) => `${stdout}${stderr}`;

describe('brokers that let no client make topics', () => {
  it('are an error that names the other way', async () => {
    const result = await spillway('run', {}, '--until-caught-up');
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(
      /TOPIC_AUTHORIZATION_FAILED: .*CREATE on topic .*alikafka\.instance\.id and alikafka\.region/,
    );
  });

  it('are told of by spillway doctor, with what the run will make, and what RAM must allow', async () => {
    const result = await spillway('doctor', managed(INSPECTOR));
    expect(said(result)).toContain(`ok       instance ${instanceId} runs, with 0 of 180 topics`);
    expect(said(result)).toContain('ok       bootstrap.servers are its SASL (inside its VPC only) access points');
    expect(said(result)).toMatch(/problem {2}GetConsumerList .*Forbidden\.RAM/);
    expect(said(result)).toContain('{"Effect":"Allow","Action":["alikafka:ListGroup"],"Resource":"*"}');
    expect(said(result)).toContain(`there is no error topic ${errors} yet; the run creates it through alikafka`);
    expect(openApi.topics(instanceId)).toEqual([]);
    expect(result.code).toBe(1);
  });

  it('carry a connector whose topic and group the OpenAPI makes: every record is written or in the error topic', async () => {
    openApi.setFault({ kind: 'drop-after', action: 'CreateTopic' });
    openApi.setFault({ kind: 'answer', action: 'CreateConsumerGroup', status: 400, code: 'Throttling.User' });
    const before = openApi.calls().length;
    const result = await spillway('run', managed(), '--until-caught-up', '--json');
    expect(said(result)).toContain('error topics created');
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: true, connectors: [{ totals: { written: 2, errant: 1 } }] });

    expect(openApi.topics(instanceId)).toMatchObject([
      { name: errors, partitions: 6, compact: false, local: false, remark: 'create_by_kafka_connector_do_not_delete' },
    ]);
    expect(openApi.groups(instanceId)).toMatchObject([{ groupId: group }]);
    const admin = anyone.admin();
    const ends = await admin.listOffsets(errors, 'latest');
    await admin.close();
    expect([...ends.values()].reduce((sum, end) => sum + end, 0)).toBe(1);

    // One creation, although its reply was lost; and never more than one call a second of a kind, which the stand-in would refuse.
    const calls = openApi.calls().slice(before);
    expect(calls.filter(({ action }) => action === 'CreateTopic')).toHaveLength(1);
    expect(calls.map(({ code }) => code).filter((code) => code === 'Throttling.User')).toEqual([]);
    for (const secret of [...Object.values(KEYS), BOB.password, 'Signature=', 'SignatureNonce']) {
      expect(said(result)).not.toContain(secret);
    }
  });

  it('are all that the next run needs: it asks the OpenAPI for nothing', async () => {
    const before = openApi.calls().length;
    const broken = { ...managed(), SPILLWAY_ALIKAFKA_ACCESS_KEY_SECRET: 'of-another-time' };
    const result = await spillway('run', broken, '--until-caught-up');
    expect(result.code).toBe(0);
    expect(openApi.calls()).toHaveLength(before);
  });

  it('refuse names that the instance would not take, before anything is asked of it', async () => {
    const before = openApi.calls().length;
    const long = { ...managed(), SPILLWAY_ALIKAFKA_INSTANCE_ID: 'alikafka_pre-cn-local' };
    const keys = { name: 'long', 'invoke.http.url': 'http://127.0.0.1:9/', 'consumer.group.id': 'g'.repeat(65) };
    const file = await connectorFile(await temporaryFolder(), keys);
    const child = await spawnCli(['validate', file], { SPILLWAY_BOOTSTRAP_SERVERS: '', ...long });
    const result = await child.result;
    expect(result.code).toBe(1);
    expect(said(result)).toMatch(/consumer\.group\.id: g+ \(65 characters\) cannot be a name at alikafka_pre-cn-local/);
    expect(openApi.calls()).toHaveLength(before);
  });
});
