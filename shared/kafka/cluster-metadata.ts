/** What a cluster last said about its brokers and topics. */
import { type BrokerAddress, showAddress } from './broker-address.ts';
import { isRetriableCode, KafkaCode } from './error-codes.ts';

export interface TopicState {
  readonly name: string;
  /** Kafka error code of the topic: 0, or why it cannot be described (missing, no rights). */
  readonly errorCode: number;
  readonly isInternal: boolean;
  /** Leader's node id by partition id, -1 while there is none. */
  readonly leaders: ReadonlyMap<number, number>;
}

/** kafkajs' decoded Metadata answer. */
export interface MetadataAnswer {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[];
  readonly controllerId?: number;
  readonly topicMetadata: readonly {
    readonly topicErrorCode: number;
    readonly topic: string;
    readonly isInternal?: boolean;
    readonly partitionMetadata: readonly {
      readonly partitionErrorCode: number;
      readonly partitionId: number;
      readonly leader: number;
    }[];
  }[];
}

export class ClusterMetadata {
  readonly #brokers = new Map<number, BrokerAddress>();
  readonly #topics = new Map<string, TopicState>();

  /** Takes an answer in; returns the topics it described. Brokers are replaced, topics not asked for are kept. */
  update(answer: MetadataAnswer): TopicState[] {
    if (answer.brokers.length > 0) {
      this.#brokers.clear();
      for (const { nodeId, host, port } of answer.brokers) this.#brokers.set(nodeId, { host, port });
    }
    return answer.topicMetadata.map((t) => {
      const topic: TopicState = {
        name: t.topic,
        errorCode: t.topicErrorCode,
        isInternal: t.isInternal === true,
        leaders: new Map(
          t.partitionMetadata.map((p) => [p.partitionId, p.leader] as const).sort((a, b) => a[0] - b[0]),
        ),
      };
      // A topic that cannot be described for the moment keeps the leaders it had; one that is gone does not.
      const passing =
        topic.errorCode !== 0 &&
        topic.errorCode !== KafkaCode.unknownTopicOrPartition &&
        isRetriableCode(topic.errorCode);
      const keep = passing && this.#topics.has(topic.name);
      if (!keep) this.#topics.set(topic.name, topic);
      return topic;
    });
  }

  topic(name: string): TopicState | undefined {
    return this.#topics.get(name);
  }

  /** Node id of a partition's leader; undefined when unknown or none. */
  leaderOf(topic: string, partition: number): number | undefined {
    const leader = this.#topics.get(topic)?.leaders.get(partition);
    return leader === undefined || leader < 0 ? undefined : leader;
  }

  address(nodeId: number): BrokerAddress | undefined {
    return this.#brokers.get(nodeId);
  }

  /** A coordinator may be named before the metadata knows it. */
  learnBroker(nodeId: number, address: BrokerAddress): void {
    this.#brokers.set(nodeId, address);
  }

  get brokers(): readonly BrokerAddress[] {
    return [...this.#brokers.values()];
  }

  get description(): string {
    return this.brokers.map(showAddress).join(', ');
  }
}
