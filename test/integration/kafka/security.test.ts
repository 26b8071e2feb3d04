import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../../infra/local/kafka/start-kafka.ts';
import { systemClock } from '../../../shared/clock.ts';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { createKafkaDriver } from '../../../shared/kafka/kafkajs-driver.ts';
import { type Logger, silentLogger } from '../../../shared/logger.ts';
import { fetchOfRun } from '../../helpers/fetch-of-run.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, produce, recordingConsumer, started } from './harness.ts';

const PASSWORD = 'correct horse';
let kafka: LocalKafka;
beforeAll(async () => {
  kafka = await startKafka({
    overrides: {
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'listener.name.plaintext.plain.sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="${PASSWORD}" user_admin="${PASSWORD}" user_bob="b";`,
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:admin',
    },
  });
}, 180_000);
afterAll(async () => {
  await kafka?.stop();
}, 60_000);

function driverAs(username: string, password: string, logger: Logger = silentLogger): KafkaDriver {
  const sasl = { mechanism: 'plain', credentials: () => ({ username, password }) } as const;
  return createKafkaDriver(
    { bootstrapServers: kafka.bootstrapServers.split(','), clientId: 'tests', fetch: fetchOfRun, sasl },
    { logger, clock: systemClock, random: Math.random },
  );
}

describe('a cluster that asks who one is', () => {
  it('is read and written with the right password, which is never logged', async () => {
    const lines: string[] = [];
    const log = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message);
    const logger: Logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
    const driver = driverAs('admin', PASSWORD, logger);
    const admin = closedAfterwards(driver.admin());
    await admin.createTopics([{ name: 'secured', partitions: 1, replicationFactor: 1, configs: {} }]);
    await produce(driver, 'secured', ['v']);
    const { seen } = await started(driver, consumerOptions(['secured']));
    await waitFor(() => seen.values.length === 1, { what: 'the record' });
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).not.toContain(PASSWORD);
    expect(lines.join('\n')).not.toContain(Buffer.from(PASSWORD).toString('base64'));
  });

  it('refuses a wrong password for good, and says what to check', async () => {
    const driver = driverAs('admin', 'wrong');
    const { consumer } = recordingConsumer(driver, consumerOptions(['secured']));
    const refused = {
      name: 'FatalError',
      code: 'KAFKA_AUTHENTICATION_FAILED',
      message: expect.stringContaining('sasl.password'),
    };
    await expect(consumer.start()).rejects.toMatchObject(refused);
    await expect(produce(driver, 'secured', ['v'])).rejects.toMatchObject(refused);
    await expect(closedAfterwards(driver.admin()).listTopics()).rejects.toMatchObject(refused);
  });

  it('says which right is missing on what', async () => {
    const driver = driverAs('bob', 'b');
    const { consumer } = recordingConsumer(driver, consumerOptions(['secured']));
    await expect(consumer.start()).rejects.toMatchObject({
      name: 'FatalError',
      code: 'TOPIC_AUTHORIZATION_FAILED',
      message: expect.stringContaining('topic secured'),
    });
    await expect(produce(driver, 'secured', ['v'])).rejects.toMatchObject({
      name: 'FatalError',
      code: 'TOPIC_AUTHORIZATION_FAILED',
    });
    await expect(
      closedAfterwards(driver.admin()).createTopics([
        { name: 'bobs', partitions: 1, replicationFactor: 1, configs: {} },
      ]),
    ).rejects.toMatchObject({
      name: 'FatalError',
      code: expect.stringMatching(/_AUTHORIZATION_FAILED$/),
      message: expect.stringContaining('CREATE'),
    });
    const pattern = recordingConsumer(driver, consumerOptions(/secured.*/, { groupId: 'bobs-group' }));
    await expect(pattern.consumer.start()).rejects.toMatchObject({
      code: 'GROUP_AUTHORIZATION_FAILED',
      message: expect.stringContaining('READ on group bobs-group'),
    });
  });
});
