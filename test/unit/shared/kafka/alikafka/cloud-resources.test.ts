import { beforeEach, describe, expect, it } from 'vitest';
import type { CloudResources } from '../../../../../shared/kafka/alikafka/cloud-resources.ts';
import { ManualClock, settle } from '../../../../helpers/manual-clock.ts';
import { FakeInstance, resourcesOf } from './fake-openapi.ts';

const TOPIC = { name: 'connect-error-orders', partitions: 6, replicationFactor: -1, configs: {} };
const { signal } = new AbortController();

let clock: ManualClock;
let instance: FakeInstance;
let resources: CloudResources;
beforeEach(() => {
  clock = new ManualClock();
  instance = new FakeInstance(clock);
  resources = resourcesOf(instance, clock);
});

/** How it ends, with the clock moved on until it does. */
async function ended<T>(work: Promise<T>): Promise<{ value: T } | { thrown: unknown }> {
  let end: { value: T } | { thrown: unknown } | undefined;
  work.then(
    (value) => {
      end = { value };
    },
    (thrown: unknown) => {
      end = { thrown };
    },
  );
  await settle();
  for (let s = 0; s < 600 && end === undefined; s++) await clock.advance(500);
  return end ?? { thrown: new Error('it never ended') };
}

const create = (topic = TOPIC) => ended(resources.createTopic(topic, signal));
const group = (name: string, allowed = true) => ended(resources.prepareGroup(name, allowed, signal));

describe('a topic', () => {
  it('is made as it is asked for, with the remark that the service requires, and waited for', async () => {
    instance.looksUntilReady = 2;
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions()).toEqual(['GetTopicList', 'CreateTopic', 'GetTopicList', 'GetTopicList', 'GetTopicList']);
    expect(instance.calls[1]?.parameters).toEqual({
      InstanceId: 'i-1',
      RegionId: 'cn-hangzhou',
      Topic: TOPIC.name,
      Remark: 'create_by_kafka_connector_do_not_delete',
      PartitionNum: '6',
      LocalTopic: false,
      CompactTopic: undefined,
    });
  });

  it('that is compacted is made with local storage', async () => {
    await create({ ...TOPIC, configs: { 'cleanup.policy': 'compact' } });
    expect(instance.topics.get(TOPIC.name)).toMatchObject({ CompactTopic: true, LocalTopic: true });
  });

  it('that is there already and fits is left alone', async () => {
    instance.topics.set(TOPIC.name, { PartitionNum: 12, CompactTopic: false, LocalTopic: true, Status: 0 });
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions()).toEqual(['GetTopicList']);
  });

  it.each([
    [
      'compacted',
      { PartitionNum: 6, CompactTopic: true },
      /6 partitions, compacted; expected at least 6 partitions, not compacted/,
    ],
    ['smaller', { PartitionNum: 3, CompactTopic: false }, /3 partitions, not compacted; expected at least 6/],
  ])('that is there already and %s is refused', async (_how, what, message) => {
    instance.topics.set(TOPIC.name, { ...what, LocalTopic: true, Status: 0 });
    expect(await create()).toMatchObject({
      thrown: { name: 'FatalError', code: 'ALIKAFKA_TOPIC_DIFFERS', message: expect.stringMatching(message) },
    });
  });

  it('is made once when the reply of its creation is lost', async () => {
    instance.fail('CreateTopic', { status: 0, networkCode: 'ECONNRESET' }, true);
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions().filter((action) => action === 'CreateTopic')).toHaveLength(1);
  });

  it('is asked for again when its creation never arrived', async () => {
    instance.fail('CreateTopic', { status: 0, networkCode: 'ECONNRESET' });
    instance.fail('GetTopicList', { status: 503, code: 'ServiceUnavailable' });
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions().filter((action) => action === 'CreateTopic')).toHaveLength(2);
  });

  it('that is being made already, by another or by a process that died, is waited for and not asked for', async () => {
    instance.topics.set(TOPIC.name, { PartitionNum: 6, CompactTopic: false, LocalTopic: false, Status: 2 });
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions()).toEqual(['GetTopicList', 'GetTopicList', 'GetTopicList']);
  });

  it('that somebody else makes at the same time is theirs, whatever the refusal is called', async () => {
    instance.fail('CreateTopic', { code: 'Some.New.Word' }, true);
    expect(await create()).toEqual({ value: undefined });
  });

  it('is tried again when the service throttles, until the third attempt and beyond', async () => {
    for (let i = 0; i < 3; i++) instance.fail('CreateTopic', { code: 'Throttling.User' });
    expect(await create()).toEqual({ value: undefined });
    expect(instance.actions().filter((action) => action === 'CreateTopic')).toHaveLength(4);
  });

  it.each([
    [
      'is not running',
      { InstanceId: 'i-1', ServiceStatus: 15 },
      'ALIKAFKA_INSTANCE_NOT_RUNNING',
      /instance i-1 is expired \(ServiceStatus 15\); start or renew it/,
    ],
    [
      'is full',
      { InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: 10, UsedTopicCount: 10 },
      'ALIKAFKA_TOPIC_LIMIT',
      /has 10 of 10 topics; delete some/,
    ],
    ['is not there', undefined, 'ALIKAFKA_INSTANCE_MISSING', /there is no instance i-1 in this region/],
    [
      'has room and runs',
      { InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: 10, UsedTopicCount: 9 },
      'ALIKAFKA_REFUSED',
      /CreateTopic of ApsaraMQ for Kafka failed: Some\.New\.Word: ordered, for topic connect-error-orders; spillway doctor/,
    ],
  ])('that is refused at an instance that %s says why', async (_how, told, code, message) => {
    instance.instance = told;
    instance.fail('CreateTopic', { code: 'Some.New.Word' });
    expect(await create()).toMatchObject({
      thrown: { name: 'FatalError', code, message: expect.stringMatching(message) },
    });
  });

  it('that never comes into service is given up', async () => {
    instance.looksUntilReady = 1_000_000;
    expect(await create()).toMatchObject({ thrown: { name: 'RetriableError', code: 'ALIKAFKA_NOT_READY' } });
  });

  it('is not tried again without credentials or rights', async () => {
    instance.fail('GetTopicList', { status: 403, code: 'Forbidden.RAM' });
    expect(await create()).toMatchObject({
      thrown: { name: 'FatalError', code: 'ALIKAFKA_ACCESS_DENIED', mayHeal: true },
    });
    expect(instance.actions()).toEqual(['GetTopicList']);
  });

  it('is waited for no longer once that is ended', async () => {
    instance.looksUntilReady = 1_000_000;
    const ending = new AbortController();
    const work = ended(resources.createTopic(TOPIC, ending.signal));
    await clock.advance(3_000);
    ending.abort(new Error('closed'));
    expect(await work).toEqual({ thrown: new Error('closed') });
  });
});

describe('a consumer group', () => {
  it('is made when it is not there, and looked for until it is', async () => {
    expect(await group('connect-orders')).toEqual({ value: undefined });
    expect(instance.actions()).toEqual(['GetConsumerList', 'CreateConsumerGroup', 'GetConsumerList']);
    expect(instance.calls[1]?.parameters).toMatchObject({ ConsumerId: 'connect-orders', RegionId: 'cn-hangzhou' });
  });

  it('that was seen is not asked for again: one look for all connectors', async () => {
    for (let i = 0; i < 5; i++) instance.groups.add(`connect-${i}`);
    const all = Promise.all(Array.from({ length: 5 }, (_, i) => resources.prepareGroup(`connect-${i}`, true, signal)));
    expect(await ended(all)).toMatchObject({ value: expect.anything() });
    expect(await group('connect-3')).toEqual({ value: undefined });
    expect(instance.actions()).toEqual(['GetConsumerList']);
  });

  it('is still looked for by one of two when the other is closed', async () => {
    instance.groups.add('connect-b');
    const ending = new AbortController();
    await ended(resources.prepareGroup('connect-b', true, signal));
    const a = ended(resources.prepareGroup('connect-a', true, ending.signal));
    const c = ended(resources.prepareGroup('connect-c', true, signal));
    ending.abort(new Error('closed'));
    expect(await a).toEqual({ thrown: new Error('closed') });
    expect(await c).toEqual({ value: undefined });
  });

  it('that may not be made is asked of a person', async () => {
    expect(await group('connect-orders', false)).toMatchObject({
      thrown: {
        code: 'ALIKAFKA_GROUP_MISSING',
        message: expect.stringMatching(/create the group in its console, or set resources.create=auto/),
      },
    });
    expect(instance.groups.size).toBe(0);
  });

  it('that may not be made is no matter where the instance makes groups by itself', async () => {
    instance.instance = { InstanceId: 'i-1', ServiceStatus: 5, AutoCreateGroupEnable: true };
    expect(await group('connect-orders', false)).toEqual({ value: undefined });
  });

  it('is refused for its own reasons at an instance that is full of topics', async () => {
    instance.instance = { InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: 10, UsedTopicCount: 10 };
    instance.fail('CreateConsumerGroup', { code: 'Some.New.Word' });
    expect(await group('connect-orders')).toMatchObject({ thrown: { code: 'ALIKAFKA_REFUSED' } });
  });
});

it('keeps one call a second of each action, whatever is made', async () => {
  const topics = Array.from({ length: 3 }, (_, i) => resources.createTopic({ ...TOPIC, name: `error-${i}` }, signal));
  const groups = Array.from({ length: 3 }, (_, i) => resources.prepareGroup(`connect-${i}`, true, signal));
  expect(await ended(Promise.all([...topics, ...groups]))).toMatchObject({ value: expect.anything() });
  for (const action of new Set(instance.actions())) {
    const times = instance.calls.filter((call) => call.action === action).map(({ at }) => at);
    const gaps = times.slice(1).map((at, i) => at - (times[i] ?? 0));
    expect([action, times.length > 1, Math.min(...gaps) >= 1_000]).toEqual([action, true, true]);
  }
});
