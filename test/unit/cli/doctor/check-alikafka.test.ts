import { describe, expect, it } from 'vitest';
import { checkAccessPoint } from '../../../../cli/doctor/check-access-point.ts';
import { checkAtInstance, checkInstance, isGroupToCome } from '../../../../cli/doctor/check-alikafka.ts';
import { type InstanceAnswer, instanceList, topicPage } from '../../../../shared/kafka/alikafka/answers.ts';
import type { AlikafkaProbe } from '../../../../shared/kafka/alikafka/probe.ts';
import { brief, parsed } from './facts.ts';

const id = 'alikafka_post-cn-1';
const client = { servers: ['10.0.0.1:9092'], protocol: 'PLAINTEXT' };

function instance(fields: object = {}): InstanceAnswer {
  const given = { InstanceId: id, ServiceStatus: 5, EndPoint: '10.0.0.1:9092,10.0.0.2:9092', ...fields };
  const [answer] = instanceList.parse({ InstanceList: { InstanceVO: [given] } }).InstanceList ?? [];
  if (answer === undefined) throw new Error('one was given');
  return answer;
}

function topics(status: Readonly<Record<string, number>>) {
  const TopicVO = Object.entries(status).map(([Topic, Status]) => ({ Topic, Status, PartitionNum: 6 }));
  return new Map((topicPage.parse({ TopicList: { TopicVO } }).TopicList ?? []).map((topic) => [topic.Topic, topic]));
}

const probe = (parts: Partial<AlikafkaProbe> = {}): AlikafkaProbe => ({
  instanceId: id,
  region: 'cn-hangzhou',
  instance: { ok: true, value: instance() },
  topics: { ok: true, value: topics({ orders: 0 }) },
  groups: { ok: true, value: new Set(['connect-c']) },
  ...parts,
});
const denied = (call: 'GetTopicList' | 'GetConsumerList') =>
  ({
    ok: false,
    call,
    code: 'ALIKAFKA_ACCESS_DENIED',
    message: `${call} of ApsaraMQ for Kafka failed: Forbidden.RAM: no (request R-1), for topics; add the statements`,
  }) as const;

describe('checkInstance', () => {
  it('is content with one that runs, and prints what creating needs', () => {
    const findings = checkInstance(probe(), client);
    expect(brief(findings)).toEqual(['ok alikafka-instance', 'ok alikafka-endpoint', 'ok alikafka-statement']);
    expect(findings[2]?.message).toContain(
      '{"Effect":"Allow","Action":["alikafka:CreateTopic","alikafka:CreateGroup"],"Resource":"acs:alikafka:*:*:alikafka_post-cn-1"}',
    );
  });

  it.each([
    [{ ServiceStatus: 1 }, /being deployed/, 'ALIKAFKA_INSTANCE_NOT_RUNNING'],
    [{ ServiceStatus: 15 }, /is expired/, 'ALIKAFKA_INSTANCE_NOT_RUNNING'],
  ])('finds one that does not run: %j', (fields, message, error) => {
    const [finding] = checkInstance(probe({ instance: { ok: true, value: instance(fields) } }), client);
    expect(finding).toMatchObject({ severity: 'problem', code: 'alikafka-instance', error });
    expect(finding?.message).toMatch(message);
    expect(finding?.action).toBe('start or renew it in the console');
  });

  it('finds one that is not there', () => {
    const [finding] = checkInstance(probe({ instance: { ok: true, value: undefined } }), client);
    expect(finding).toMatchObject({ code: 'alikafka-instance', error: 'ALIKAFKA_INSTANCE_MISSING' });
  });

  it('says for each right that is missing which statement gives it', () => {
    const findings = checkInstance(
      probe({ topics: denied('GetTopicList'), groups: denied('GetConsumerList') }),
      client,
    );
    const rights = findings.filter(({ code }) => code === 'alikafka-rights');
    expect(rights.map(({ action }) => action)).toEqual([
      'add this to the policy of the credentials: {"Effect":"Allow","Action":["alikafka:ListTopic"],"Resource":"*"}',
      'add this to the policy of the credentials: {"Effect":"Allow","Action":["alikafka:ListGroup"],"Resource":"*"}',
    ]);
    expect(rights[0]?.message).toBe('GetTopicList of ApsaraMQ for Kafka failed: Forbidden.RAM: no, for topics');
  });

  it('says once what keeps every call from being made', () => {
    const failed = { ok: false, call: 'GetTopicList', code: 'ALIKAFKA_UNREACHABLE', message: 'x; check y' } as const;
    const findings = checkInstance(probe({ instance: failed, topics: failed, groups: failed }), client);
    expect(brief(findings)).toEqual(['problem alikafka-unreachable', 'ok alikafka-statement']);
  });
});

describe('checkAtInstance', () => {
  const codes = (raw: Record<string, string>, parts: Partial<AlikafkaProbe> = {}) =>
    brief(checkAtInstance(parsed(raw).connector, probe(parts)));
  const noGroup = { groups: { ok: true, value: new Set<string>() } } as const;

  it('knows who makes the group', () => {
    expect(codes({})).toEqual(['ok alikafka-group']);
    expect(codes({}, noGroup)).toEqual(['ok alikafka-group']);
    const manual = { 'resources.create': 'manual' };
    expect(codes(manual, noGroup)).toEqual(['problem alikafka-group']);
    const byItself = { ok: true, value: instance({ AutoCreateGroupEnable: true }) } as const;
    expect(codes(manual, { ...noGroup, instance: byItself })).toEqual(['ok alikafka-group']);
  });

  it('finds names that the instance does not take', () => {
    const long = 'e'.repeat(65);
    expect(codes({ 'runtime.error.topic.name': long })).toEqual(['problem alikafka-name', 'ok alikafka-group']);
  });

  it('finds topics that are not in service yet', () => {
    const creating = { topics: { ok: true, value: topics({ orders: 1, 'connect-error-c': 0 }) } } as const;
    expect(codes({}, creating)).toEqual(['warning alikafka-topic', 'ok alikafka-group']);
  });

  it('finds that there is no room for error topics that are to be made, and only then', () => {
    const full = { ok: true, value: instance({ TopicNumLimit: 2, UsedTopicCount: 2 }) } as const;
    expect(codes({}, { instance: full })).toEqual(['problem alikafka-topic-limit', 'ok alikafka-group']);
    const there = { ok: true, value: topics({ orders: 0, 'connect-error-c': 0 }) } as const;
    expect(codes({}, { instance: full, topics: there })).toEqual(['ok alikafka-group']);
    expect(codes({ 'errors.policy': 'stop' }, { instance: full })).toEqual(['ok alikafka-group']);
  });

  it('tells Kafka’s own checks of a group that is to be made', () => {
    const config = parsed().connector;
    expect(isGroupToCome(config, undefined)).toBe(false);
    expect(isGroupToCome(config, probe())).toBe(false);
    expect(isGroupToCome(config, probe(noGroup))).toBe(true);
    expect(isGroupToCome(config, probe({ groups: denied('GetConsumerList') }))).toBe(false);
  });
});

describe('checkAccessPoint', () => {
  const points = {
    EndPoint: '10.0.0.1:9092',
    DomainEndpoint: 'x-1-vpc.alikafka.example:9092',
    SslEndPoint: '47.1.1.1:9093',
    SaslEndPoint: '10.0.0.1:9094',
  };
  const check = (servers: readonly string[], protocol: string) =>
    checkAccessPoint(instance(points), { servers, protocol });

  it.each([
    ['10.0.0.1:9092', 'PLAINTEXT', 'ok'],
    ['x-1-vpc.alikafka.example:9092', 'PLAINTEXT', 'ok'],
    ['47.1.1.1:9093', 'SASL_SSL', 'ok'],
    ['10.0.0.1:9094', 'SASL_PLAINTEXT', 'ok'],
    ['10.0.0.1:9094', 'SASL_SSL', 'ok'],
    ['10.0.0.1:9092', 'SASL_SSL', 'problem'],
    ['47.1.1.1:9093', 'PLAINTEXT', 'problem'],
    ['127.0.0.1:9092', 'PLAINTEXT', 'warning'],
  ])('%s with %s: %s', (server, protocol, severity) => {
    expect(brief(check([server], protocol))).toEqual([`${severity} alikafka-endpoint`]);
  });

  it('says which access points there are, and how each is spoken to', () => {
    const [finding] = check(['kafka.example:9092'], 'PLAINTEXT');
    expect(finding?.action).toBe(
      'set bootstrap.servers to those that this network reaches. default (inside its VPC only), with PLAINTEXT: 10.0.0.1:9092,x-1-vpc.alikafka.example:9092. SSL (public), with SASL_SSL: 47.1.1.1:9093. SASL (inside its VPC only), with SASL_PLAINTEXT or SASL_SSL: 10.0.0.1:9094',
    );
  });

  it('says nothing of an instance that tells none', () => {
    expect(checkAccessPoint(instance({ EndPoint: '' }), client)).toEqual([]);
  });
});
