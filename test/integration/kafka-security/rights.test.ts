import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KafkaDriver } from '../../../shared/kafka/driver.ts';
import { uniqueName } from '../../helpers/kafka.ts';
import { driverOf } from '../../helpers/kafka-security/drivers.ts';
import { BOB, type SecuredKafka, startSecuredKafka } from '../../helpers/kafka-security/secured-kafka.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { closedAfterwards, consumerOptions, produce, recordingConsumer } from '../kafka/harness.ts';

let secured: SecuredKafka;
let anyone: KafkaDriver;
let bob: KafkaDriver;
beforeAll(async () => {
  secured = await startSecuredKafka();
  anyone = driverOf({ 'bootstrap.servers': secured.at('open') });
  bob = driverOf({
    'bootstrap.servers': secured.at('sasl'),
    'security.protocol': 'SASL_PLAINTEXT',
    'sasl.mechanism': 'PLAIN',
    'sasl.username': BOB.username,
    'sasl.password': BOB.password,
  });
}, 240_000);
afterAll(async () => {
  await secured?.stop();
}, 60_000);

/** A topic with one record, on which Bob may do what is listed. */
async function topicFor(...operations: Parameters<SecuredKafka['grant']>[1][]): Promise<string> {
  const topic = uniqueName('guarded');
  const admin = closedAfterwards(anyone.admin());
  await admin.createTopics([{ name: topic, partitions: 1, replicationFactor: 1, configs: {} }]);
  await produce(anyone, topic, ['v']);
  for (const operation of operations) await secured.grant('bob', operation, 'TOPIC', topic);
  return topic;
}

async function groupFor(...operations: Parameters<SecuredKafka['grant']>[1][]): Promise<string> {
  const group = uniqueName('group');
  for (const operation of operations) await secured.grant('bob', operation, 'GROUP', group);
  return group;
}

/** What ends Bob's reading, at the start or later. */
async function endOfReading(topics: readonly string[] | RegExp, groupId: string): Promise<unknown> {
  const { consumer, seen } = recordingConsumer(bob, consumerOptions(topics, { groupId }));
  try {
    await consumer.start();
  } catch (thrown) {
    return thrown;
  }
  await waitFor(() => seen.failures.length > 0, { what: 'the refusal' });
  return seen.failures[0];
}

function missing(code: string, right: string, resource: string) {
  const [kind, name] = resource.split(' ');
  return {
    name: 'FatalError',
    code,
    message: expect.stringMatching(
      new RegExp(
        `refused ${right} on ${resource}: grant .*${right} on ${resource}.*kafka-acls .*--operation ${right} --${kind} ${name}`,
      ),
    ),
  };
}

describe('reading', () => {
  it('needs DESCRIBE on the topic', async () => {
    const topic = await topicFor();
    expect(await endOfReading([topic], await groupFor('READ'))).toMatchObject(
      missing('TOPIC_AUTHORIZATION_FAILED', 'DESCRIBE', `topic ${topic}`),
    );
  });

  it('needs READ on the topic', async () => {
    const topic = await topicFor('DESCRIBE');
    expect(await endOfReading([topic], await groupFor('READ'))).toMatchObject(
      missing('TOPIC_AUTHORIZATION_FAILED', 'READ', `topic ${topic}`),
    );
  });

  it('needs READ on the group, whether or not it may be described', async () => {
    const topic = await topicFor('READ');
    for (const group of [await groupFor(), await groupFor('DESCRIBE')]) {
      expect(await endOfReading([topic], group)).toMatchObject(
        missing('GROUP_AUTHORIZATION_FAILED', 'READ', `group ${group}`),
      );
      expect(await endOfReading(/guarded.*/, group)).toMatchObject(
        missing('GROUP_AUTHORIZATION_FAILED', 'READ', `group ${group}`),
      );
    }
  });

  it('works with these two, and ends when one is taken away', async () => {
    const topic = await topicFor('READ');
    const group = await groupFor('READ');
    const { consumer, seen } = recordingConsumer(bob, consumerOptions([topic], { groupId: group }));
    await consumer.start();
    await waitFor(() => seen.values.length === 1, { what: 'the record' });
    await consumer.commit([{ topic, partition: 0, offset: 1 }]);
    await secured.revoke('bob', 'READ', 'TOPIC', topic);
    await waitFor(() => seen.failures.length > 0, { what: 'the refusal' });
    expect(seen.failures[0]).toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' });
    expect(seen.failures[0]?.message).toContain(`topic ${topic}`);
  });

  it('ends when the group is taken away', async () => {
    const topic = await topicFor('READ');
    const group = await groupFor('READ');
    const { consumer, seen } = recordingConsumer(bob, consumerOptions([topic], { groupId: group }));
    await consumer.start();
    await secured.revoke('bob', 'READ', 'GROUP', group);
    await waitFor(() => seen.failures.length > 0, { what: 'the refusal' });
    expect(seen.failures[0]).toMatchObject(missing('GROUP_AUTHORIZATION_FAILED', 'READ', `group ${group}`));
  });
});

describe('writing', () => {
  it('needs WRITE on the topic', async () => {
    const hidden = await topicFor();
    await expect(produce(bob, hidden, ['v'])).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' });
    const seen = await topicFor('DESCRIBE');
    await expect(produce(bob, seen, ['v'])).rejects.toMatchObject(
      missing('TOPIC_AUTHORIZATION_FAILED', 'WRITE', `topic ${seen}`),
    );
    await produce(bob, await topicFor('WRITE'), ['v']);
  });
});

describe('looking at and changing topics', () => {
  const newTopic = (name: string) => [{ name, partitions: 1, replicationFactor: 1, configs: {} }];

  it('creating needs CREATE, on the topic or on the cluster', async () => {
    const name = uniqueName('created');
    const admin = closedAfterwards(bob.admin());
    const refused = missing('TOPIC_AUTHORIZATION_FAILED', 'CREATE', `topic ${name}`);
    await expect(admin.createTopics(newTopic(name))).rejects.toMatchObject(refused);
    await secured.grant('bob', 'CREATE', 'TOPIC', name);
    await secured.grant('bob', 'DESCRIBE', 'TOPIC', name);
    await admin.createTopics(newTopic(name));
    expect((await admin.describeTopics([name])).length).toBe(1);
  });

  it('deleting needs DELETE', async () => {
    const topic = await topicFor('DESCRIBE');
    await expect(closedAfterwards(bob.admin()).deleteTopics([topic])).rejects.toMatchObject(
      missing('TOPIC_AUTHORIZATION_FAILED', 'DELETE', `topic ${topic}`),
    );
  });

  it('describing needs DESCRIBE, of topics and of groups', async () => {
    const admin = closedAfterwards(bob.admin());
    const topic = await topicFor();
    await expect(admin.describeTopics([topic])).rejects.toMatchObject(
      missing('TOPIC_AUTHORIZATION_FAILED', 'DESCRIBE', `topic ${topic}`),
    );
    const read = await topicFor('READ');
    const group = await groupFor();
    await expect(admin.committedOffsets(group, read)).rejects.toMatchObject({
      code: 'GROUP_AUTHORIZATION_FAILED',
      message: expect.stringContaining(`group ${group}`),
    });
  });
});
