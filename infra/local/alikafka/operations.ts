/** The five calls that the stand-in has. */
import { missingParameter, serviceError } from './errors.ts';
import type { InstanceState, StoredGroup, StoredTopic } from './instance.ts';
import type { AnswerFields } from './reply.ts';

/** What an operation works on. */
export interface Service {
  readonly region: string;
  readonly instances: ReadonlyMap<string, InstanceState>;
  /** Epoch ms. */
  now(): number;
  /** Puts into service what was created, after a while. */
  finish(what: StoredTopic | StoredGroup, instance: InstanceState): void;
}

type Parameters = ReadonlyMap<string, string>;
type Operation = (service: Service, parameters: Parameters) => AnswerFields;

/** By action: what does it, and what RAM must allow. Source: the page of each in the API reference. */
export const OPERATIONS: ReadonlyMap<string, { readonly ram: string; readonly run: Operation }> = new Map([
  ['CreateTopic', { ram: 'alikafka:CreateTopic', run: createTopic }],
  ['CreateConsumerGroup', { ram: 'alikafka:CreateGroup', run: createConsumerGroup }],
  ['GetTopicList', { ram: 'alikafka:ListTopic', run: getTopicList }],
  ['GetConsumerList', { ram: 'alikafka:ListGroup', run: getConsumerList }],
  ['GetInstanceList', { ram: 'alikafka:ListInstance', run: getInstanceList }],
]);

const NAME = /^[A-Za-z0-9_.-]{3,64}$/;
const REMARK = /^[A-Za-z0-9_-]{3,64}$/;
const RUNNING = 5;

function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined || value === '') throw missingParameter(name);
  return value;
}

function invalid(what: string) {
  return serviceError('Parameter.Invalid', `${what}. Please check and try again later.`);
}

function numberOf(parameters: Parameters, name: string, fallback: number, max: number): number {
  const text = parameters.get(name) ?? String(fallback);
  const value = Number(text);
  if (/^\d{1,6}$/.test(text) && value >= 1 && value <= max) return value;
  throw invalid(`${name} must be a number from 1 to ${max}`);
}

function flag(parameters: Parameters, name: string): boolean {
  const text = parameters.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw invalid(`${name} must be true or false`);
}

/** @throws AlikafkaError when there is no such instance in the region */
function instanceOf({ region, instances }: Service, parameters: Parameters): InstanceState {
  const found = instances.get(required(parameters, 'InstanceId'));
  const elsewhere = (parameters.get('RegionId') ?? region) !== region;
  if (found === undefined || elsewhere) throw serviceError('Instance.NotFound', 'The instance does not exist.');
  return found;
}

function writable(service: Service, parameters: Parameters): InstanceState {
  required(parameters, 'RegionId');
  const instance = instanceOf(service, parameters);
  if (instance.serviceStatus === RUNNING) return instance;
  throw serviceError('Instance.StatusError', 'The current status of the instance does not allow this operation.');
}

function createTopic(service: Service, parameters: Parameters): AnswerFields {
  const instance = writable(service, parameters);
  const name = required(parameters, 'Topic');
  const remark = required(parameters, 'Remark');
  if (!NAME.test(name)) throw invalid('Topic must have 3 to 64 letters, digits, "_", "-" and "."');
  if (!REMARK.test(remark)) throw invalid('Remark must have 3 to 64 letters, digits, "_" and "-"');
  const partitions = numberOf(parameters, 'PartitionNum', 12, 360);
  const local = flag(parameters, 'LocalTopic');
  const compact = flag(parameters, 'CompactTopic');
  if (compact && !local) throw invalid('CompactTopic needs LocalTopic');
  if (instance.topics.has(name)) throw serviceError('Topic.Existed', 'The topic already exists.');
  if (instance.topics.size >= instance.topicLimit) {
    throw serviceError('Topic.LimitExceeded', 'The number of topics exceeds that of the instance.');
  }
  const topic = { name, remark, partitions, local, compact, createdAt: service.now(), creating: true };
  instance.topics.set(name, topic);
  service.finish(topic, instance);
  return {};
}

function createConsumerGroup(service: Service, parameters: Parameters): AnswerFields {
  const instance = writable(service, parameters);
  const groupId = required(parameters, 'ConsumerId');
  if (!NAME.test(groupId)) throw invalid('ConsumerId must have 3 to 64 letters, digits, "_", "-" and "."');
  if (instance.groups.has(groupId)) throw serviceError('Group.Existed', 'The consumer group already exists.');
  const group = { groupId, remark: parameters.get('Remark'), createdAt: service.now(), creating: true };
  instance.groups.set(groupId, group);
  service.finish(group, instance);
  return {};
}

function paged<T>(parameters: Parameters, items: readonly T[]) {
  const CurrentPage = numberOf(parameters, 'CurrentPage', 1, 999_999);
  const PageSize = numberOf(parameters, 'PageSize', 10, 10_000);
  const page = items.slice((CurrentPage - 1) * PageSize, CurrentPage * PageSize);
  return { page, fields: { CurrentPage, PageSize, Total: items.length } };
}

function getTopicList(service: Service, parameters: Parameters): AnswerFields {
  const instance = instanceOf(service, parameters);
  const name = parameters.get('Topic');
  const topics = [...instance.topics.values()].filter((topic) => name === undefined || topic.name === name);
  const { page, fields } = paged(parameters, topics);
  const TopicVO = page.map((topic) => ({
    InstanceId: instance.setup.instanceId,
    RegionId: service.region,
    Topic: topic.name,
    Remark: topic.remark,
    PartitionNum: topic.partitions,
    LocalTopic: topic.local,
    CompactTopic: topic.compact,
    CreateTime: topic.createdAt,
    // What stands there before it is 0 is documented nowhere.
    Status: topic.creating ? 1 : 0,
    StatusName: topic.creating ? '创建中' : '服务中',
    Tags: { TagVO: [] },
  }));
  return { ...fields, TopicList: { TopicVO } };
}

/** Shows a group when it can be used. */
function getConsumerList(service: Service, parameters: Parameters): AnswerFields {
  required(parameters, 'RegionId');
  const instance = instanceOf(service, parameters);
  const id = parameters.get('ConsumerId');
  const ready = [...instance.groups.values()].filter(({ creating }) => !creating);
  const { page, fields } = paged(
    parameters,
    ready.filter(({ groupId }) => id === undefined || groupId === id),
  );
  const ConsumerVO = page.map(({ groupId, remark = '', createdAt }) => ({
    InstanceId: instance.setup.instanceId,
    RegionId: service.region,
    ConsumerId: groupId,
    Remark: remark,
    CreateTime: createdAt,
    AutomaticallyCreatedGroup: false,
    Tags: { TagVO: [] },
  }));
  return { ...fields, ConsumerList: { ConsumerVO } };
}

function getInstanceList(service: Service, parameters: Parameters): AnswerFields {
  const region = required(parameters, 'RegionId');
  const wanted = [...parameters].filter(([name]) => /^InstanceId\.\d+$/.test(name)).map(([, id]) => id);
  const all = region === service.region ? [...service.instances.values()] : [];
  const found = all.filter(({ setup }) => wanted.length === 0 || wanted.includes(setup.instanceId));
  const InstanceVO = found.map(({ setup, topics, groups, topicLimit, serviceStatus }) => ({
    InstanceId: setup.instanceId,
    Name: setup.name ?? setup.instanceId,
    RegionId: region,
    ServiceStatus: serviceStatus,
    DeployType: 5,
    TopicNumLimit: topicLimit,
    UsedTopicCount: topics.size,
    UsedGroupCount: groups.size,
    AutoCreateGroupEnable: setup.autoCreateGroup === true,
    AutoCreateTopicEnable: false,
    AllConfig: '{"enable.acl":"false"}',
    VpcId: 'vpc-local',
    VSwitchId: 'vsw-local',
    UpgradeServiceDetailInfo: { Current2OpenSourceVersion: '2.2.0' },
    Tags: { TagVO: [] },
    ...setup.endpoints,
  }));
  return { InstanceList: { InstanceVO } };
}
