/** Makes topics and consumer groups of a managed instance. Everything may be done twice: what is there already is success where it fits, and
 *  each try looks before it creates, for a lost reply says nothing of what was done. */
import { FatalError, RetriableError } from '../../errors.ts';
import type { NewTopic } from '../driver.ts';
import { type RetryDeps, retrying } from '../retrying.ts';
import type { InstanceAnswer, TopicAnswer } from './answers.ts';
import { isUnknownRefusal } from './classify.ts';
import { instanceProblem } from './instance-problem.ts';
import type { AlikafkaOpenApi, TopicToCreate } from './openapi.ts';

/** For making one thing, from the first look until it is in service. */
const GIVE_UP_AFTER_MS = 120_000;

/** `Status` of a topic. Source: GetTopicList, which documents no other. */
const IN_SERVICE = 0;

/** Whether a creation was accepted: `perhaps` after a reply that was lost. */
type Asked = 'no' | 'perhaps' | 'yes';

/** Something that is to be made. */
interface Creation {
  readonly kind: 'topic' | 'consumer group';
  readonly name: string;
  create(): Promise<void>;
  isThere(): Promise<boolean>;
}

export interface CloudResourcesOptions {
  readonly openApi: AlikafkaOpenApi;
  /** Of topics that need no other. */
  readonly storage: TopicToCreate['storage'];
}

export class CloudResources {
  /** Groups that were seen at the instance: those stay, and are not asked for again. */
  readonly #groups = new Set<string>();
  /** Under way for all that wait for it. */
  #looking: Promise<void> | undefined;

  constructor(
    private readonly options: CloudResourcesOptions,
    private readonly deps: RetryDeps,
  ) {}

  /** Resolves when the topic is there and in service.
   *  @throws FatalError `ALIKAFKA_TOPIC_DIFFERS` when another one has its name; RetriableError `ALIKAFKA_NOT_READY` when it takes too long */
  async createTopic(topic: NewTopic, signal: AbortSignal): Promise<void> {
    const { openApi } = this.options;
    const wanted = this.#toCreate(topic);
    const creation: Creation = {
      kind: 'topic',
      name: wanted.name,
      create: () => openApi.createTopic(wanted, signal),
      isThere: async () => (await openApi.topics(signal)).has(wanted.name),
    };
    let asked: Asked = 'no';
    await this.#trying(creation, signal, async () => {
      const found = (await openApi.topics(signal)).get(wanted.name);
      if (found !== undefined) {
        assertFits(wanted, found, openApi.address.instanceId);
        // An edition that tells none tells of topics in service only.
        if ((found.Status ?? IN_SERVICE) === IN_SERVICE) return;
      } else if (asked !== 'yes') asked = await this.#ask(creation, asked, signal);
      throw notReady(creation);
    });
  }

  /** Resolves when the group is there. With `create` false it is looked for only.
   *  @throws FatalError `ALIKAFKA_GROUP_MISSING` where it may not be made, and the instance makes none by itself */
  async prepareGroup(groupId: string, create: boolean, signal: AbortSignal): Promise<void> {
    const { openApi } = this.options;
    const isThere = async () => {
      if (!this.#groups.has(groupId)) await this.#lookAtGroups();
      return this.#groups.has(groupId);
    };
    const creation: Creation = {
      kind: 'consumer group',
      name: groupId,
      create: () => openApi.createGroup(groupId, signal),
      isThere,
    };
    let asked: Asked = 'no';
    await this.#trying(creation, signal, async () => {
      if (await isThere()) return;
      if (!create) return await this.#assertMadeByItself(groupId, signal);
      if (asked !== 'yes') asked = await this.#ask(creation, asked, signal);
      throw notReady(creation);
    });
  }

  #toCreate({ name, partitions, configs }: NewTopic): TopicToCreate {
    const { 'cleanup.policy': policy = 'delete', ...others } = configs;
    const unknown = Object.keys(others);
    if (unknown.length > 0) throw new Error(`topics of ${this.#instanceId} are made without ${unknown.join(', ')}`);
    const compact = policy === 'compact';
    return { name, partitions, compact, storage: compact ? 'local' : this.options.storage };
  }

  /** Asks for a creation, once. Answers what is known of it afterwards.
   *  @throws what the service refuses for good, explained where it can be */
  async #ask(creation: Creation, before: Asked, signal: AbortSignal): Promise<Asked> {
    const fields = { instance: this.#instanceId, [creation.kind]: creation.name };
    try {
      await creation.create();
      this.deps.logger.info(fields, 'creation accepted; waiting until it is in service');
      return 'yes';
    } catch (thrown) {
      if (thrown instanceof RetriableError && thrown.trouble === 'throttled') throw thrown;
      if (thrown instanceof RetriableError) return 'perhaps';
      if (!isUnknownRefusal(thrown)) throw thrown;
      const reason = await this.#explained(creation.kind, thrown, signal);
      if (reason !== thrown) throw reason;
      // Somebody else may have made it since we looked, or we ourselves by a call whose reply was lost, and lists lag behind.
      if (before !== 'perhaps' && !(await creation.isThere())) throw thrown;
      this.deps.logger.info(
        { ...fields, reason: thrown.message },
        'creation refused, though it may be there; waiting for it',
      );
      return 'yes';
    }
  }

  /** What the instance itself tells of a refusal; the refusal where it tells nothing. */
  async #explained(kind: Creation['kind'], refusal: FatalError, signal: AbortSignal): Promise<FatalError> {
    const id = this.#instanceId;
    let instance: InstanceAnswer | undefined;
    try {
      instance = await this.options.openApi.instance(signal);
    } catch (thrown) {
      this.deps.logger.debug({ instance: id, reason: String(thrown) }, 'the instance could not be looked at');
      return refusal;
    }
    return instanceProblem(id, instance, { kind, cause: refusal }) ?? refusal;
  }

  async #assertMadeByItself(groupId: string, signal: AbortSignal): Promise<void> {
    const id = this.#instanceId;
    const instance = await this.options.openApi.instance(signal);
    if (instance?.AutoCreateGroupEnable === true) return;
    throw new FatalError(
      'ALIKAFKA_GROUP_MISSING',
      `resources.create=manual and instance ${id} has no consumer group ${groupId}, and makes none by itself; create the group in its console, or set resources.create=auto`,
      { mayHeal: true },
    );
  }

  #lookAtGroups(): Promise<void> {
    // Shared: that one of those who wait is closed must not end it for the others.
    this.#looking ??= this.options.openApi
      .groups(new AbortController().signal)
      .then((names) => {
        for (const name of names) this.#groups.add(name);
      })
      .finally(() => {
        this.#looking = undefined;
      });
    return this.#looking;
  }

  get #instanceId(): string {
    return this.options.openApi.address.instanceId;
  }

  async #trying({ kind, name }: Creation, signal: AbortSignal, attempt: () => Promise<void>): Promise<void> {
    const limits = { signal, giveUpAfterMs: GIVE_UP_AFTER_MS };
    await retrying(`${kind} ${name} of instance ${this.#instanceId}`, attempt, this.deps, limits);
  }
}

function notReady({ kind, name }: Creation): RetriableError {
  return new RetriableError(
    'ALIKAFKA_NOT_READY',
    `${kind} ${name} is not in service yet at ApsaraMQ for Kafka; look at it in the console if that lasts`,
  );
}

/** More partitions than wanted are no harm.
 *  @throws FatalError `ALIKAFKA_TOPIC_DIFFERS` */
function assertFits(wanted: TopicToCreate, found: TopicAnswer, instanceId: string): void {
  if (found.CompactTopic === wanted.compact && found.PartitionNum >= wanted.partitions) return;
  const words = (partitions: number, compact: boolean) =>
    `${partitions} partitions, ${compact ? 'compacted' : 'not compacted'}`;
  throw new FatalError(
    'ALIKAFKA_TOPIC_DIFFERS',
    `instance ${instanceId} has a topic ${wanted.name} already, with ${words(found.PartitionNum, found.CompactTopic)}; expected at least ${words(wanted.partitions, wanted.compact)}; delete it if nobody needs it, or give another name`,
    { mayHeal: true },
  );
}
