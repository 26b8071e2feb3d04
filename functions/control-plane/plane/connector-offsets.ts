/** Reads and changes where a connector stands: the committed offsets of its consumer group. */
import type { Clock } from '../../../shared/clock.ts';
import { topicComplaint } from '../../../shared/config/topic-name.ts';
import type { TopicDescription } from '../../../shared/kafka/driver.ts';
import { partitionName } from '../../../shared/records.ts';
import type { ConfigState, ConfigStore, StoredConnector } from '../config-state.ts';
import type { ConnectorOffset } from '../connect-shapes.ts';
import { Refused } from '../refused.ts';
import { type GroupAdmin, type GroupWaits, onceMembersGone, withinTime } from './group-admin.ts';
import {
  type OffsetChanges,
  offsetChanges,
  offsetProblems,
  type PartitionBounds,
  withoutOffset,
} from './offset-changes.ts';
import { groupOf } from './reserved-names.ts';

export interface ConnectorOffsetsDeps {
  readonly store: Pick<ConfigStore, 'state' | 'latest'>;
  readonly admin: GroupAdmin;
  readonly clock: Clock;
  readonly waits: GroupWaits;
}

/** Names, or problems, in a message, at most. */
const NAMED = 8;

/** Every method throws `Refused`: 404 for an unknown connector, 400 for what is wrong or for one that is not STOPPED, 409 while members of its
 *  group do not go, 500 when Kafka does not answer. What came to no answer may be asked again: a change made twice is made once. */
export class ConnectorOffsets {
  constructor(private readonly deps: ConnectorOffsetsDeps) {}

  /** By topic and partition. */
  async read(name: string): Promise<readonly ConnectorOffset[]> {
    const { config } = found(name, this.deps.store.state());
    const { admin, clock, waits } = this.deps;
    const committed = await withinTime(clock, waits.answerMs, `Failed to list offsets for connector ${name}`, () =>
      admin.groupOffsets(groupOf(name, config)),
    );
    return [...committed]
      .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
      .map(({ topic, partition, offset }) => ({
        partition: { kafka_topic: topic, kafka_partition: partition },
        offset: { kafka_offset: offset },
      }));
  }

  /** What is set goes first, in one request; then what is reset. Stop marks of partitions that are set are lifted.
   *  @returns what to tell a person */
  async alter(name: string, wished: readonly ConnectorOffset[]): Promise<string> {
    const { admin, clock, waits } = this.deps;
    const connector = assertStopped(found(name, await this.deps.store.latest()));
    if (wished.length === 0)
      throw new Refused(400, 'Partitions / offsets need to be provided for an alter offsets request');
    const group = groupOf(name, connector.config);
    const failing = `Failed to alter consumer group offsets for connector ${name}`;
    const { topics, bounds, committed } = await withinTime(clock, waits.answerMs, failing, () =>
      this.#look(group, wished),
    );
    const problems = offsetProblems(wished, bounds);
    if (problems.length > 0)
      throw new Refused(400, `Offsets of connector ${name} were not altered: ${firstOf(problems, '; ')}`);
    const changes = offsetChanges(wished);
    await this.#change(failing, async (signal) => {
      if (changes.set.length > 0) await admin.commitOffsets(group, changes.set);
      // Who asked was told that it failed: nothing more is begun.
      signal.throwIfAborted();
      if (changes.reset.length > 0) await admin.deleteGroupOffsets(group, changes.reset);
    });
    return altered(changes, committed, topics);
  }

  /** Forgets the group. @returns what to tell a person */
  async reset(name: string): Promise<string> {
    const { config } = assertStopped(found(name, await this.deps.store.latest()));
    await this.deleteGroup(groupOf(name, config), `Failed to reset consumer group offsets for connector ${name}`);
    return 'The offsets for this connector have been reset successfully';
  }

  /** Waits for its members to go. A group that is not there is fine.
   *  @param failing as that of `withinTime` */
  async deleteGroup(groupId: string, failing: string): Promise<void> {
    await this.#change(failing, () => this.deps.admin.deleteGroup(groupId));
  }

  async #change(failing: string, change: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, waits } = this.deps;
    const stillThere = `${failing} either because its tasks haven't stopped completely yet or the connector was resumed before the request to alter its offsets could be successfully completed. If the connector is in a stopped state, this operation can be safely retried.`;
    await withinTime(clock, waits.membersGoMs + waits.answerMs, failing, (signal) =>
      onceMembersGone(clock, waits.membersGoMs, stillThere, () => change(signal), signal),
    );
  }

  /** What Kafka knows of the topics that are wished for. */
  async #look(group: string, wished: readonly ConnectorOffset[]): Promise<Known> {
    const { admin } = this.deps;
    const topicNames = new Set(wished.map(({ partition }) => partition.kafka_topic));
    // Kafka refuses to be asked about others.
    const names = [...topicNames].filter((name) => topicComplaint(name) === undefined);
    const [topics, offsets] = await Promise.all([admin.describeTopics(names), admin.groupOffsets(group)]);
    const bounds = new Map<string, PartitionBounds>();
    for (const { name } of topics) {
      const [beginnings, ends] = await Promise.all([
        admin.listOffsets(name, 'earliest'),
        admin.listOffsets(name, 'latest'),
      ]);
      for (const [partition, beginning] of beginnings) {
        bounds.set(partitionName({ topic: name, partition }), { beginning, end: ends.get(partition) ?? beginning });
      }
    }
    return { topics, bounds, committed: new Set(offsets.map(partitionName)) };
  }
}

interface Known {
  readonly topics: readonly TopicDescription[];
  /** By partition name. */
  readonly bounds: ReadonlyMap<string, PartitionBounds>;
  /** Names of the partitions with an offset. */
  readonly committed: ReadonlySet<string>;
}

function found(name: string, state: ConfigState): StoredConnector {
  const connector = state.connectors.get(name);
  if (connector === undefined) throw new Refused(404, `Connector ${name} not found`);
  return connector;
}

function assertStopped(connector: StoredConnector): StoredConnector {
  if (connector.target === 'STOPPED') return connector;
  throw new Refused(
    400,
    `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector.name}/stop' endpoint`,
  );
}

function altered(changes: OffsetChanges, committed: ReadonlySet<string>, topics: readonly TopicDescription[]): string {
  const done = 'The offsets for this connector have been altered successfully';
  const names = withoutOffset(changes, committed, new Map(topics.map(({ name, partitions }) => [name, partitions])));
  if (names.length === 0) return done;
  return `${done}. These have none, and will begin at their beginning: ${firstOf(names, ', ')}`;
}

function firstOf(texts: readonly string[], separator: string): string {
  const more = texts.length > NAMED ? ` and ${texts.length - NAMED} more` : '';
  return `${texts.slice(0, NAMED).join(separator)}${more}`;
}
