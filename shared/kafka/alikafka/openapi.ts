/** The five calls of the OpenAPI that we use, typed: each paced, signed with the credentials of now, and with its failures classified. */
import type { CredentialSource } from '../../cloud-credentials.ts';
import { groupPage, type InstanceAnswer, instanceList, readAnswer, type TopicAnswer, topicPage } from './answers.ts';
import type { CallPace } from './call-pace.ts';
import { classify } from './classify.ts';
import { OpenApiFailure } from './openapi-failure.ts';
import type { CallParameters, SignedCall } from './signed-call.ts';

/** Which instance is meant. */
export interface InstanceAddress {
  readonly instanceId: string;
  readonly region: string;
}

export interface TopicToCreate {
  readonly name: string;
  readonly partitions: number;
  /** Only with local storage. */
  readonly compact: boolean;
  readonly storage: 'cloud' | 'local';
}

export interface OpenApiDeps {
  readonly call: SignedCall;
  readonly credentials: CredentialSource;
  /** Shared by all of the process. */
  readonly pace: CallPace;
}

/** Required of topics, 3 to 64 letters, digits, `_` and `-`; what the managed connector writes. */
const REMARK = 'create_by_kafka_connector_do_not_delete';
/** The service's default is 10. */
const PAGE_SIZE = 100;
/** More than any instance has; an answer that never ends does not keep us. */
const MAX_PAGES = 100;

/** Every method throws RetriableError or FatalError with a code `ALIKAFKA_...`, and the signal's reason when aborted while it waits for its turn. */
export class AlikafkaOpenApi {
  constructor(
    readonly address: InstanceAddress,
    private readonly deps: OpenApiDeps,
  ) {}

  /** All topics by name. Not asked for by name: older editions do not know that filter, and what newer ones answer for a topic that is not there
   *  is documented nowhere. */
  async topics(signal: AbortSignal): Promise<Map<string, TopicAnswer>> {
    const found = new Map<string, TopicAnswer>();
    const pages = this.#pages('GetTopicList', 'topics', signal, (body) => {
      const { TopicList, Total } = readAnswer(topicPage, 'GetTopicList', body);
      return { items: TopicList ?? [], total: Total };
    });
    for await (const topics of pages) for (const topic of topics) found.set(topic.Topic, topic);
    return found;
  }

  /** Names of all consumer groups. */
  async groups(signal: AbortSignal): Promise<Set<string>> {
    const names = new Set<string>();
    const pages = this.#pages('GetConsumerList', 'consumer groups', signal, (body) => {
      const { ConsumerList, Total } = readAnswer(groupPage, 'GetConsumerList', body);
      return { items: ConsumerList ?? [], total: Total };
    });
    for await (const groups of pages) for (const { ConsumerId } of groups) names.add(ConsumerId);
    return names;
  }

  async instance(signal: AbortSignal): Promise<InstanceAnswer | undefined> {
    const { instanceId, region } = this.address;
    const parameters = { RegionId: region, InstanceId: [instanceId] };
    const body = await this.#call('GetInstanceList', parameters, `instance ${instanceId}`, signal);
    const { InstanceList } = readAnswer(instanceList, 'GetInstanceList', body);
    return InstanceList?.find(({ InstanceId }) => InstanceId === instanceId);
  }

  /** Resolves when the creation is accepted: the topic may take a while. */
  async createTopic({ name, partitions, compact, storage }: TopicToCreate, signal: AbortSignal): Promise<void> {
    const parameters = {
      ...this.#where(),
      Topic: name,
      Remark: REMARK,
      PartitionNum: String(partitions),
      LocalTopic: storage === 'local',
      // The parameter means something with local storage only.
      CompactTopic: compact ? true : undefined,
    };
    await this.#call('CreateTopic', parameters, `topic ${name}`, signal);
  }

  /** Resolves when the creation is accepted. */
  async createGroup(groupId: string, signal: AbortSignal): Promise<void> {
    const parameters = { ...this.#where(), ConsumerId: groupId, Remark: REMARK };
    await this.#call('CreateConsumerGroup', parameters, `consumer group ${groupId}`, signal);
  }

  #where() {
    return { InstanceId: this.address.instanceId, RegionId: this.address.region };
  }

  async *#pages<T>(
    action: string,
    about: string,
    signal: AbortSignal,
    read: (body: unknown) => { readonly items: readonly T[]; readonly total: number | undefined },
  ): AsyncGenerator<readonly T[]> {
    let seen = 0;
    for (let page = 1; page <= MAX_PAGES; page++) {
      const parameters = { ...this.#where(), CurrentPage: page, PageSize: PAGE_SIZE };
      const body = await this.#call(action, parameters, about, signal);
      const { items, total } = read(body);
      seen += items.length;
      yield items;
      // Editions that do not page answer everything, and no total.
      if (items.length === 0 || total === undefined || seen >= total) return;
    }
  }

  async #call(action: string, parameters: CallParameters, about: string, signal: AbortSignal): Promise<unknown> {
    const { pace, call, credentials } = this.deps;
    try {
      return await pace.run(action, signal, () => call(action, parameters, credentials()));
    } catch (thrown) {
      throw thrown instanceof OpenApiFailure ? classify(thrown, about) : thrown;
    }
  }
}
