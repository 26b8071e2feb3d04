import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../shared/clock.ts';
import type { RawConfig } from '../../../shared/config/parse.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import {
  ADMIN,
  BOB,
  SESSION_MS,
  type SecuredKafka,
  startSecuredKafka,
} from '../../helpers/kafka-security/secured-kafka.ts';
import { OAUTH_CLIENT, startTokenEndpoint, type TokenEndpoint } from '../../helpers/kafka-security/token-endpoint.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, produce, started, textRecord } from '../kafka/harness.ts';

let secured: SecuredKafka;
let tokens: TokenEndpoint;
const passwords: Record<string, string> = { ADMIN: ADMIN.password, BOB: BOB.password, OAUTH: OAUTH_CLIENT.secret };

beforeAll(async () => {
  [secured, tokens] = await Promise.all([startSecuredKafka(), startTokenEndpoint()]);
  await secured.setPassword('admin', 'scram-5ecret');
  passwords['SCRAM'] = 'scram-5ecret';
}, 240_000);
afterAll(async () => {
  await tokens?.close();
  await secured?.stop();
}, 60_000);

const driverFor = (raw: RawConfig): KafkaDriver => driverOf(raw, passwords);

/** Admin, producer and consumer, one record through each. */
async function carriesARecord(driver: KafkaDriver): Promise<void> {
  const topic = uniqueName('signed-in');
  await closedAfterwards(driver.admin()).createTopics([
    { name: topic, partitions: 1, replicationFactor: 1, configs: {} },
  ]);
  await produce(driver, topic, ['v']);
  const { seen, consumer } = await started(driver, consumerOptions([topic]));
  await waitFor(() => seen.values.length === 1, { what: 'the record' });
  await consumer.close();
}

const sasl = (mechanism: string, extra: RawConfig): RawConfig => ({
  'bootstrap.servers': secured.at('sasl'),
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': mechanism,
  ...extra,
});
const oauth = (extra: RawConfig = {}): RawConfig => ({
  'bootstrap.servers': secured.at('oauth'),
  'security.protocol': 'SASL_PLAINTEXT',
  'sasl.mechanism': 'OAUTHBEARER',
  'sasl.oauthbearer.token.endpoint.url': tokens.url,
  ...extra,
});
const client = { 'sasl.oauthbearer.client.id': OAUTH_CLIENT.id, 'sasl.oauthbearer.client.secret': '${env:OAUTH}' };

describe('user and password', () => {
  it.each([
    ['PLAIN', '${env:ADMIN}'],
    ['SCRAM-SHA-256', '${env:SCRAM}'],
    ['SCRAM-SHA-512', '${env:SCRAM}'],
  ])('%s carries records, with keys of their own and with a JAAS entry', async (mechanism, password) => {
    await carriesARecord(driverFor(sasl(mechanism, { 'sasl.username': 'admin', 'sasl.password': password })));
    const module = mechanism === 'PLAIN' ? 'plain.PlainLoginModule' : 'scram.ScramLoginModule';
    const jaas = `org.apache.kafka.common.security.${module} required\n  password="${password}"\n  username=admin;`;
    await carriesARecord(driverFor(sasl(mechanism, { 'sasl.jaas.config': jaas })));
  });

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])(
    '%s refuses a wrong password, for every client',
    async (mechanism) => {
      const driver = driverFor(sasl(mechanism, { 'sasl.username': 'admin', 'sasl.password': 'guessed' }));
      const refused = {
        name: 'FatalError',
        code: 'KAFKA_AUTHENTICATION_FAILED',
        message: expect.stringMatching(/check sasl\.mechanism, sasl\.username and sasl\.password/),
      };
      await expect(started(driver, consumerOptions(['any']))).rejects.toMatchObject(refused);
      await expect(produce(driver, 'any', ['v'])).rejects.toMatchObject(refused);
      const admin = closedAfterwards(driver.admin());
      await expect(admin.listTopics()).rejects.toMatchObject(refused);
      await expect(
        admin.createTopics([{ name: 'x', partitions: 1, replicationFactor: 1, configs: {} }]),
      ).rejects.toMatchObject(refused);
    },
  );

  it('a mechanism that the listener does not take is named with those that it does', async () => {
    const raw = sasl('SCRAM-SHA-256', { 'sasl.username': 'admin', 'sasl.password': '${env:SCRAM}' });
    const driver = driverFor({ ...raw, 'bootstrap.servers': secured.at('brief') });
    await expect(closedAfterwards(driver.admin()).listTopics()).rejects.toMatchObject({
      code: 'KAFKA_PROTOCOL_MISMATCH',
      message: expect.stringContaining('PLAIN, SCRAM-SHA-512'),
    });
  });
});

describe('a session that the broker limits', () => {
  it('is renewed on every connection, while records flow', async () => {
    const raw = sasl('SCRAM-SHA-512', { 'sasl.username': 'admin', 'sasl.password': '${env:SCRAM}' });
    const driver = driverFor({ ...raw, 'bootstrap.servers': secured.at('brief') });
    const topic = uniqueName('renewed');
    const admin = closedAfterwards(driver.admin());
    await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs: {} }]);
    const producer = closedAfterwards(driver.producer());
    const { seen } = await started(driver, consumerOptions([topic]));
    const until = Date.now() + 3 * SESSION_MS;
    let sent = 0;
    while (Date.now() < until) {
      await producer.send(topic, 0, [textRecord(`v${sent++}`)]);
      await systemClock.sleep(100);
    }
    await waitFor(() => seen.values.length === sent, { what: 'all records' });
    expect(seen.failures).toEqual([]);
    expect(seen.losses).toEqual([]);
    // Changing topics goes through kafkajs' own client, which idled beyond its session meanwhile.
    await admin.createTopics([{ name: `${topic}-2`, partitions: 1, replicationFactor: 1, configs: {} }]);
  });

  it('ends with a sentence when the password was rotated, and goes on when the new one is found', async () => {
    await secured.setPassword('rotating', 'first-5ecret');
    passwords['ROTATING'] = 'first-5ecret';
    const topic = uniqueName('rotated');
    await secured.grant('rotating', 'READ', 'TOPIC', topic);
    await secured.grant('rotating', 'READ', 'GROUP', topic);
    const byAdmin = driverFor({ 'bootstrap.servers': secured.at('open') });
    const admin = closedAfterwards(byAdmin.admin());
    await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs: {} }]);
    const raw = sasl('SCRAM-SHA-512', { 'sasl.username': 'rotating', 'sasl.password': '${env:ROTATING}' });
    const brief = { ...raw, 'bootstrap.servers': secured.at('brief') };
    const options = consumerOptions([topic], { groupId: topic });
    const stale = await started(driverFor({ ...brief, 'sasl.password': 'first-5ecret' }), options);
    const renewing = closedAfterwards(driverFor(brief).admin());
    expect(await renewing.listTopics()).toEqual([topic]);
    await secured.setPassword('rotating', 'second-5ecret');
    await waitFor(() => stale.seen.failures.length > 0, { what: 'the refusal' });
    expect(stale.seen.failures[0]).toMatchObject({
      code: 'KAFKA_AUTHENTICATION_FAILED',
      message: expect.stringContaining('sasl.password'),
    });
    passwords['ROTATING'] = 'second-5ecret';
    expect(await renewing.listTopics()).toEqual([topic]);
  });
});

describe('OAUTHBEARER', () => {
  it('fetches one token for all connections, with keys of its own and with a JAAS entry', async () => {
    const before = tokens.issued.length;
    await carriesARecord(driverFor(oauth({ ...client, 'sasl.oauthbearer.scope': 'kafka.all' })));
    expect(tokens.issued.length).toBe(before + 1);
    expect(tokens.scopes.at(-1)).toBe('kafka.all');
    const jaas =
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required ' +
      `scope="other" clientSecret="\${env:OAUTH}" clientId="${OAUTH_CLIENT.id}" ;`;
    await carriesARecord(driverFor(oauth({ 'sasl.jaas.config': jaas })));
    expect(tokens.scopes.at(-1)).toBe('other');
  });

  it('renews the sign-in with a new token before the old one expires', async () => {
    tokens.lifetimeSeconds = 5;
    const driver = driverFor(oauth(client));
    const before = tokens.issued.length;
    const topic = uniqueName('tokens');
    await closedAfterwards(driver.admin()).createTopics([
      { name: topic, partitions: 1, replicationFactor: 1, configs: {} },
    ]);
    const { seen } = await started(driver, consumerOptions([topic]));
    await waitFor(() => tokens.issued.length >= before + 3, { what: 'two renewals' });
    tokens.lifetimeSeconds = 3_600;
    await produce(driver, topic, ['v']);
    await waitFor(() => seen.values.length === 1, { what: 'the record' });
    expect(seen.failures).toEqual([]);
    expect(seen.losses).toEqual([]);
  });

  it('says so when the endpoint refuses the client', async () => {
    const driver = driverFor(oauth({ ...client, 'sasl.oauthbearer.client.secret': 'guessed' }));
    const error = await closedAfterwards(driver.admin())
      .listTopics()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'FatalError',
      code: 'KAFKA_TOKEN_REFUSED',
      message: expect.stringMatching(/HTTP 401 \(invalid_client, .*check sasl\.oauthbearer\.client\.id/),
    });
    expect(String(error)).not.toContain('guessed');
  });

  it('says so when the broker refuses the token', async () => {
    // The broker allows 0 s of clock skew, and the token is over before it arrives.
    tokens.failWith = {
      status: 200,
      body: JSON.stringify({ access_token: 'bm90.YQ.dG9rZW4', expires_in: 3_600 }),
    };
    try {
      await expect(closedAfterwards(driverFor(oauth(client)).admin()).listTopics()).rejects.toMatchObject({
        name: 'FatalError',
        code: 'KAFKA_AUTHENTICATION_FAILED',
        message: expect.stringContaining('refused the token'),
      });
    } finally {
      tokens.failWith = undefined;
    }
  });

  it('waits while the endpoint is out of order, and goes on when it is back', async () => {
    tokens.failWith = { status: 503, body: 'busy' };
    const listing = closedAfterwards(driverFor(oauth(client)).admin()).listTopics();
    await systemClock.sleep(500);
    tokens.failWith = undefined;
    await expect(listing).resolves.toBeInstanceOf(Array);
  });
});
