import { join } from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startOss } from '../../../infra/local/oss/server.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import {
  ADMIN,
  BOB,
  type ListenerName,
  type SecuredKafka,
  startSecuredKafka,
} from '../../helpers/kafka-security/secured-kafka.ts';
import { BUCKET, type CliResult, type Rig, recordOf, startRig } from '../../helpers/pipeline.ts';

/** What a user must be told about one mistake. */
interface Told {
  readonly code: 1 | 2;
  /** The sentence, with what is wrong and what to do, as one line of the output has it. */
  readonly says: RegExp;
}

const HOUR_MS = 3_600_000;

/** Lines of a trace, in plain text or inside JSON. */
const TRACE = /(\n|\\n)\s+at .+:\d+:\d+/;

async function topicWithRecord(rig: Rig): Promise<string> {
  const topic = await rig.createTopic(1);
  await rig.produce(topic, 0, [recordOf('k', 'v')]);
  return topic;
}

function expectTold({ code, stdout, stderr }: CliResult, told: Told, secrets: readonly string[]): void {
  const lines = `${stdout}\n${stderr}`;
  expect(lines).toMatch(told.says);
  expect(lines).not.toMatch(TRACE);
  for (const secret of secrets) expect(lines).not.toContain(secret);
  expect(code).toBe(told.code);
}

/** Makes the same mistake through `spillway run` and through `spillway doctor`, whose sentence about it and what to do are two lines. */
async function expectBothTell(
  rig: Rig,
  file: string,
  env: Readonly<Record<string, string>>,
  run: Told,
  doctor: Told & { readonly does: RegExp },
  secrets: readonly string[] = [],
): Promise<void> {
  const hidden = [rig.credentials.accessKeySecret, ADMIN.password, ...secrets];
  const [ran, examined] = await Promise.all([
    rig.spawnCli(['run', '--until-caught-up', file], env).result,
    rig.spawnCli(['doctor', file], env).result,
  ]);
  expectTold(ran, run, hidden);
  expectTold(examined, doctor, hidden);
  const lines = examined.stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith('  problem') && doctor.says.test(line));
  expect(lines[at + 1]).toMatch(/^\s+-> /);
  expect(lines[at + 1]).toMatch(doctor.does);
}

describe('a mistake about the way to Kafka is answered with what to do:', () => {
  let secured: SecuredKafka;
  beforeAll(async () => {
    secured = await startSecuredKafka();
  });
  afterAll(() => secured?.stop());

  const signInAs = (listener: ListenerName, username: string, password: string, mechanism = 'PLAIN') => ({
    SPILLWAY_BOOTSTRAP_SERVERS: secured.at(listener),
    SPILLWAY_SECURITY_PROTOCOL: 'SASL_PLAINTEXT',
    SPILLWAY_SASL_MECHANISM: mechanism,
    SPILLWAY_SASL_USERNAME: username,
    SPILLWAY_SASL_PASSWORD: password,
  });

  /** A source and its error topic, with no right granted. */
  const securedTopics = async (name: string): Promise<string[]> => {
    const admin = new Kafka({ brokers: [secured.at('open')], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    onTestFinished(() => admin.disconnect());
    const topics = [name, `connect-error-${name}`];
    await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 1 })) });
    return topics;
  };

  it('a wrong port', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      { SPILLWAY_BOOTSTRAP_SERVERS: '127.0.0.1:1' },
      { code: 2, says: /^BROKER_UNREACHABLE: .*127\.0\.0\.1:1: check bootstrap\.servers/m },
      {
        code: 2,
        says: /127\.0\.0\.1:1 cannot be reached: .*ECONNREFUSED/,
        does: /check host and port in bootstrap\.servers/,
      },
    );
  });

  it('a wrong password', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      signInAs('sasl', 'admin', 'not-the-password'),
      { code: 1, says: /^KAFKA_AUTHENTICATION_FAILED: .*check .*sasl\.username and sasl\.password/m },
      { code: 1, says: /refused the credentials/, does: /check .*sasl\.username and sasl\.password/ },
      ['not-the-password'],
    );
  });

  it('TLS to a plain port', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      { SPILLWAY_SECURITY_PROTOCOL: 'SSL' },
      { code: 1, says: /^KAFKA_PROTOCOL_MISMATCH: .*no TLS.*set security\.protocol=PLAINTEXT/m },
      { code: 1, says: /no TLS.*security\.protocol is SSL/, does: /set security\.protocol=PLAINTEXT/ },
    );
  });

  it('no TLS to a port that wants it', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      { SPILLWAY_BOOTSTRAP_SERVERS: secured.at('tls') },
      { code: 1, says: /^KAFKA_PROTOCOL_MISMATCH: .*TLS.*set security\.protocol=SSL/m },
      { code: 1, says: /TLS.*security\.protocol is PLAINTEXT/, does: /set security\.protocol=SSL/ },
    );
  });

  it('no sign-in at a port that wants one', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      { SPILLWAY_BOOTSTRAP_SERVERS: secured.at('sasl') },
      { code: 1, says: /^KAFKA_PROTOCOL_MISMATCH: .*SASL.*set security\.protocol=SASL_PLAINTEXT/m },
      { code: 1, says: /sign in by SASL .*PLAIN/, does: /set security\.protocol=SASL_PLAINTEXT/ },
    );
  });

  it('a certificate whose issuer is not trusted', async () => {
    const rig = await startRig();
    const file = await rig.connectorFile(uniqueName('c'), { topics: 'orders' });
    await expectBothTell(
      rig,
      file,
      { SPILLWAY_BOOTSTRAP_SERVERS: secured.at('tls'), SPILLWAY_SECURITY_PROTOCOL: 'SSL' },
      { code: 1, says: /^KAFKA_TLS_REFUSED: .*put the issuer's certificate into ssl\.ca/m },
      { code: 1, says: /not trusted here/, does: /put the issuer's certificate into ssl\.ca/ },
    );
  });

  it('no right on the group', async () => {
    const rig = await startRig();
    const name = uniqueName('c');
    for (const topic of await securedTopics(name)) {
      await secured.grant(BOB.username, 'READ', 'TOPIC', topic);
      await secured.grant(BOB.username, 'WRITE', 'TOPIC', topic);
    }
    const file = await rig.connectorFile(name, { topics: name });
    const grant = new RegExp(`grant .*READ on group connect-${name}`);
    await expectBothTell(
      rig,
      file,
      signInAs('sasl', BOB.username, BOB.password),
      { code: 1, says: grant },
      { code: 1, says: new RegExp(`Kafka refused READ on group connect-${name}`), does: grant },
      [BOB.password],
    );
  });

  it('a topic that may be seen but not read, and an error topic that may not be written', async () => {
    const rig = await startRig();
    const name = uniqueName('c');
    for (const topic of await securedTopics(name)) await secured.grant(BOB.username, 'DESCRIBE', 'TOPIC', topic);
    await secured.grant(BOB.username, 'READ', 'GROUP', `connect-${name}`);
    const file = await rig.connectorFile(name, { topics: name });
    const env = signInAs('sasl', BOB.username, BOB.password);
    const grant = new RegExp(`grant .*READ on topic ${name}`);
    await expectBothTell(
      rig,
      file,
      env,
      { code: 1, says: grant },
      { code: 1, says: new RegExp(`may see topic ${name}, but not read it`), does: grant },
      [BOB.password],
    );
    const { stdout } = await rig.spawnCli(['doctor', file], env).result;
    expect(stdout).toMatch(new RegExp(`grant .*WRITE on topic connect-error-${name}`));
  });

  it('a missing topic', async () => {
    const rig = await startRig();
    const topic = uniqueName('nowhere');
    const file = await rig.connectorFile(uniqueName('c'), { topics: topic });
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: new RegExp(`^TOPIC_MISSING: .*${topic}; check topics and bootstrap.servers`, 'm') },
      { code: 1, says: new RegExp(`there is no topic ${topic}`), does: /create it, or correct topics/ },
    );
  });

  it('a missing error topic under resources.create=manual', async () => {
    const rig = await startRig();
    const name = uniqueName('c');
    const file = await rig.connectorFile(name, { topics: await rig.createTopic(1), 'resources.create': 'manual' });
    await expectBothTell(
      rig,
      file,
      {},
      {
        code: 1,
        says: new RegExp(`^TOPIC_MISSING: .*connect-error-${name}; create them .*resources.create=auto`, 'm'),
      },
      {
        code: 1,
        says: new RegExp(`there is no error topic connect-error-${name}, and resources.create=manual`),
        does: new RegExp(`create topic connect-error-${name} .*resources.create=auto`),
      },
    );
  });
});

describe('a mistake about the bucket is answered with what to do:', () => {
  it('a bucket that is not there', async () => {
    const rig = await startRig();
    const file = await ossFile(rig, { 'oss.bucket': 'no-such-bucket' });
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: /failed: .*no-such-bucket.*; create the bucket or correct oss\.bucket/ },
      { code: 1, says: /bucket no-such-bucket .*NoSuchBucket/, does: /create the bucket or correct oss\.bucket/ },
    );
  });

  it('a bucket of another region', async () => {
    const rig = await startRig();
    rig.oss.createBucket({ name: 'bucket-in-beijing', region: 'cn-beijing' });
    const file = await ossFile(rig, { 'oss.bucket': 'bucket-in-beijing' });
    const set = /set oss\.endpoint to https:\/\/oss-cn-beijing\.aliyuncs\.com .* and oss\.region to match/;
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: set },
      { code: 1, says: /the bucket lives at another endpoint/, does: set },
    );
  });

  it.each([
    ['behind', HOUR_MS],
    ['ahead of', -HOUR_MS],
  ])('a clock that is an hour %s', async (word, serviceAheadMs) => {
    const rig = await startRig();
    const oss = await startOss({
      dir: join(rig.folder, 'another-oss'),
      credentials: [rig.credentials],
      buckets: [BUCKET],
      clock: () => Date.now() + serviceAheadMs,
    });
    onTestFinished(() => oss.close());
    const file = await ossFile(rig, { 'oss.endpoint': oss.endpoint });
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: new RegExp(`set the clock of this machine; .*this clock is \\d{4} s ${word}`) },
      {
        code: 1,
        says: new RegExp(`the clock of this machine is 60 minutes ${word} that of OSS`),
        does: /set the clock of this machine/,
      },
    );
  });

  it('a key that does not exist', async () => {
    const rig = await startRig();
    const file = await ossFile(rig, { 'oss.access.key.id': 'no-such-key' });
    const check = /check oss\.access\.key\.id, oss\.access\.key\.secret/;
    await expectBothTell(rig, file, {}, { code: 1, says: check }, { code: 1, says: /InvalidAccessKeyId/, does: check });
  });

  it('a wrong secret', async () => {
    const rig = await startRig();
    const file = await ossFile(rig, { 'oss.access.key.secret': 's3cret-of-another' });
    const check = /check oss\.access\.key\.id, oss\.access\.key\.secret/;
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: check },
      { code: 1, says: /SignatureDoesNotMatch/, does: check },
      ['s3cret-of-another'],
    );
  });

  it('an endpoint where nobody listens, which a run waits out', async () => {
    const rig = await startRig();
    const file = await ossFile(rig, { 'oss.endpoint': 'http://127.0.0.1:1', 'errors.retry.timeout': '200' });
    await expectBothTell(
      rig,
      file,
      {},
      { code: 1, says: /127\.0\.0\.1:1 .*check oss\.endpoint and the network/ },
      { code: 1, says: /http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/, does: /check oss\.endpoint/ },
    );
  });
});

async function ossFile(rig: Rig, extra: Readonly<Record<string, string>>): Promise<string> {
  const topics = await topicWithRecord(rig);
  return await rig.connectorFile(uniqueName('c'), { topics, 'tasks.max': '1', 'linger.ms': '50', ...extra });
}
