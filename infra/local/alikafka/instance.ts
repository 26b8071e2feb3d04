/** An instance and what is at it. */

/** How an instance is set up; what is not given is as at a running one with room. */
export interface AlikafkaInstance {
  readonly instanceId: string;
  readonly name?: string;
  /** 5, running, by default. */
  readonly serviceStatus?: number;
  /** 180 by default. */
  readonly topicLimit?: number;
  readonly autoCreateGroup?: boolean;
  /** Lists of `host:port` by the field that has them: `EndPoint`, `SslEndPoint`, `SaslEndPoint` and so on. */
  readonly endpoints?: Readonly<Record<string, string>>;
}

export interface StoredTopic {
  readonly name: string;
  readonly remark: string;
  readonly partitions: number;
  readonly local: boolean;
  readonly compact: boolean;
  /** Epoch ms. */
  readonly createdAt: number;
  /** Before it is in service. */
  creating: boolean;
}

export interface StoredGroup {
  readonly groupId: string;
  readonly remark: string | undefined;
  /** Epoch ms. */
  readonly createdAt: number;
  creating: boolean;
}

/** What is at one instance. */
export class InstanceState {
  readonly topics = new Map<string, StoredTopic>();
  readonly groups = new Map<string, StoredGroup>();

  constructor(public setup: AlikafkaInstance) {}

  get topicLimit(): number {
    return this.setup.topicLimit ?? 180;
  }

  get serviceStatus(): number {
    return this.setup.serviceStatus ?? 5;
  }
}
