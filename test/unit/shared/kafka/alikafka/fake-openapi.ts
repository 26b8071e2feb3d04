/** The calls of the OpenAPI without a network: an instance in memory, and failures to order. */

import { CallPace } from '../../../../../shared/kafka/alikafka/call-pace.ts';
import { CloudResources } from '../../../../../shared/kafka/alikafka/cloud-resources.ts';
import { AlikafkaOpenApi } from '../../../../../shared/kafka/alikafka/openapi.ts';
import { OpenApiFailure } from '../../../../../shared/kafka/alikafka/openapi-failure.ts';
import type { CallParameters } from '../../../../../shared/kafka/alikafka/signed-call.ts';
import { silentLogger } from '../../../../../shared/logger.ts';
import type { ManualClock } from '../../../../helpers/manual-clock.ts';

export interface FakeTopic {
  PartitionNum: number;
  CompactTopic: boolean;
  LocalTopic: boolean;
  Status: number;
}

/** What a call does instead, or besides. */
type Order = { readonly action: string; readonly failure: OpenApiFailure; readonly done: boolean };

export class FakeInstance {
  readonly topics = new Map<string, FakeTopic>();
  readonly groups = new Set<string>();
  readonly calls: { readonly action: string; readonly at: number; readonly parameters: CallParameters }[] = [];
  instance: Record<string, unknown> | undefined = { InstanceId: 'i-1', ServiceStatus: 5, TopicNumLimit: 10 };
  /** Topics that are made are in service at the look after this many. */
  looksUntilReady = 0;
  #orders: Order[] = [];

  constructor(private readonly clock: ManualClock) {}

  /** The next call of `action` fails; `done`: after it did what was asked. */
  fail(action: string, facts: { status?: number; code?: string; networkCode?: string }, done = false): void {
    const failure = new OpenApiFailure({ action, status: 400, code: '', text: 'ordered', ...facts });
    this.#orders.push({ action, failure, done });
  }

  /** By action, in order. */
  actions(): string[] {
    return this.calls.map(({ action }) => action);
  }

  readonly call = async (action: string, parameters: CallParameters): Promise<Record<string, unknown>> => {
    this.calls.push({ action, at: this.clock.now(), parameters });
    const order = this.#orders.find((each) => each.action === action);
    this.#orders = this.#orders.filter((each) => each !== order);
    if (order?.done === false) throw order.failure;
    const answer = this.#run(action, parameters);
    if (order !== undefined) throw order.failure;
    return { Code: 200, Success: true, ...answer };
  };

  #run(action: string, { Topic, ConsumerId, PartitionNum, CompactTopic, LocalTopic }: CallParameters) {
    const refused = (code: string) => new OpenApiFailure({ action, status: 400, code, text: 'refused' });
    switch (action) {
      case 'GetTopicList': {
        const TopicVO = [...this.topics].map(([name, topic]) => ({ Topic: name, ...topic }));
        for (const topic of this.topics.values()) if (topic.Status > 0) topic.Status--;
        return { TopicList: { TopicVO }, Total: TopicVO.length };
      }
      case 'GetConsumerList':
        return { ConsumerList: { ConsumerVO: [...this.groups].map((id) => ({ ConsumerId: id })) } };
      case 'GetInstanceList':
        return { InstanceList: { InstanceVO: this.instance === undefined ? [] : [this.instance] } };
      case 'CreateTopic':
        if (this.topics.has(String(Topic))) throw refused('Whatever.Existed');
        this.topics.set(String(Topic), {
          PartitionNum: Number(PartitionNum),
          CompactTopic: CompactTopic === true,
          LocalTopic: LocalTopic === true,
          Status: this.looksUntilReady,
        });
        return {};
      case 'CreateConsumerGroup':
        if (this.groups.has(String(ConsumerId))) throw refused('Whatever.Existed');
        this.groups.add(String(ConsumerId));
        return {};
      default:
        throw new Error(`no such action: ${action}`);
    }
  }
}

/** Credentials of all calls. */
const KEYS = { accessKeyId: 'LTAI-id', accessKeySecret: 'the-secret', securityToken: 'the-token' };

function openApiOf(instance: FakeInstance, clock: ManualClock, intervalMs = 1_100): AlikafkaOpenApi {
  const pace = new CallPace(clock, intervalMs);
  const deps = { call: instance.call, credentials: () => KEYS, pace };
  return new AlikafkaOpenApi({ instanceId: 'i-1', region: 'cn-hangzhou' }, deps);
}

export function resourcesOf(instance: FakeInstance, clock: ManualClock): CloudResources {
  const deps = { clock, random: () => 0.5, logger: silentLogger };
  return new CloudResources({ openApi: openApiOf(instance, clock), storage: 'cloud' }, deps);
}
