import { describe, expect, it } from 'vitest';
import { FatalError, RetriableError } from '../../../../../shared/errors.ts';
import { CloudAdmin } from '../../../../../shared/kafka/alikafka/cloud-admin.ts';
import type { KafkaAdmin, TopicDescription } from '../../../../../shared/kafka/driver.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';
import { FakeInstance, resourcesOf } from './fake-openapi.ts';

const topic = (name: string) => ({ name, partitions: 6, replicationFactor: -1, configs: {} });

/** An admin over a Kafka that learns of a topic at the second look after the instance has it. */
function setUp(known: readonly string[] = []) {
  const clock = new ManualClock();
  const instance = new FakeInstance(clock);
  const looks = new Map<string, number>();
  const closed: string[] = [];
  const committed = new Map<string, Map<number, { offset: number; metadata: string }> | Error>();
  const describeTopics = async (names: readonly string[]): Promise<TopicDescription[]> =>
    names.flatMap((name) => {
      const seen = (looks.get(name) ?? 0) + (instance.topics.has(name) ? 1 : 0);
      looks.set(name, seen);
      return known.includes(name) || seen > 1 ? [{ name, partitions: [0] }] : [];
    });
  const kafka = {
    describeTopics,
    listTopics: async () => ['from kafka'],
    async committedOffsets(_group, name) {
      const answer = committed.get(name) ?? new Map();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    close: async () => void closed.push('kafka'),
  } satisfies Partial<KafkaAdmin>;
  const deps = { clock, random: () => 0.5, logger: silentLogger };
  const admin = new CloudAdmin(kafka as unknown as KafkaAdmin, resourcesOf(instance, clock), deps);
  return { admin, instance, clock, looks, closed, committed };
}

async function passing<T>(clock: ManualClock, work: Promise<T>): Promise<PromiseSettledResult<T>> {
  let over = false;
  const settled = Promise.allSettled([work]).then(([result]) => {
    over = true;
    return result;
  });
  await settle();
  for (let s = 0; s < 600 && !over; s++) await clock.advance(500);
  return await settled;
}

describe('CloudAdmin', () => {
  it('makes what Kafka does not know through the OpenAPI, and waits until Kafka knows it', async () => {
    const { admin, instance, clock, looks } = setUp(['there']);
    const made = await passing(clock, admin.createTopics([topic('there'), topic('missing')]));
    expect(made).toMatchObject({ status: 'fulfilled' });
    expect([...instance.topics.keys()]).toEqual(['missing']);
    expect(looks.get('missing')).toBe(2);
  });

  it('asks nothing of the OpenAPI for topics that are all there', async () => {
    const { admin, instance } = setUp(['a', 'b']);
    await admin.createTopics([topic('a'), topic('b')]);
    expect(instance.calls).toEqual([]);
  });

  it('says that the brokers may be others than the instance when they never hear of a topic', async () => {
    const { admin, instance, clock, looks } = setUp();
    looks.set('missing', Number.NEGATIVE_INFINITY);
    const made = await passing(clock, admin.createTopics([topic('missing')]));
    expect(instance.topics.has('missing')).toBe(true);
    expect(made).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'ALIKAFKA_NOT_READY',
        message: expect.stringMatching(/check that bootstrap\.servers are those of the instance/),
      },
    });
  });

  it('looks through Kafka, and makes groups through the OpenAPI', async () => {
    const { admin, instance, clock } = setUp();
    expect(await admin.listTopics()).toEqual(['from kafka']);
    await passing(clock, admin.prepareGroup('connect-c', ['orders'], true));
    expect([...instance.groups]).toEqual(['connect-c']);
  });

  it('asks nothing of the OpenAPI for a group that has committed offsets', async () => {
    const { admin, instance, committed } = setUp();
    committed.set('payments', new Map([[0, { offset: 5, metadata: '' }]]));
    await admin.prepareGroup('connect-c', ['orders', 'payments'], true);
    expect(instance.calls).toEqual([]);
  });

  it('makes a group that the brokers refuse to speak of', async () => {
    const { admin, instance, clock, committed } = setUp();
    committed.set('orders', new FatalError('GROUP_AUTHORIZATION_FAILED', 'no'));
    await passing(clock, admin.prepareGroup('connect-c', ['orders'], true));
    expect([...instance.groups]).toEqual(['connect-c']);
  });

  it('makes no group while the brokers cannot be asked', async () => {
    const { admin, instance, committed } = setUp();
    committed.set('orders', new RetriableError('BROKER_UNREACHABLE', 'no'));
    await expect(admin.prepareGroup('connect-c', ['orders'], true)).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
    });
    expect(instance.calls).toEqual([]);
  });

  it('ends what it waits for when it is closed', async () => {
    const { admin, instance, clock, closed } = setUp();
    instance.looksUntilReady = 1_000_000;
    const made = passing(clock, admin.createTopics([topic('missing')]));
    await admin.close();
    expect(await made).toMatchObject({ status: 'rejected', reason: { message: 'the admin client was closed' } });
    expect(closed).toEqual(['kafka']);
  });
});
