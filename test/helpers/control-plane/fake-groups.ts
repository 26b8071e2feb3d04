import type { GroupAdmin } from '../../../functions/control-plane/plane/group-admin.ts';
import { FatalError } from '../../../shared/errors.ts';
import type { GroupOffset, OffsetToCommit } from '../../../shared/kafka/driver.ts';
import type { TopicPartition } from '../../../shared/records.ts';

/** Topics and groups of a cluster in memory. */
export class FakeGroups implements GroupAdmin {
  /** Partitions by topic, each with its first offset and its end. */
  readonly topics = new Map<string, readonly { readonly beginning: number; readonly end: number }[]>();
  readonly #groups = new Map<string, Map<string, GroupOffset>>();
  /** Groups that have members. */
  readonly busy = new Set<string>();
  /** Everything that was asked for: `commit connect-c`, `delete connect-c`. */
  readonly asked: string[] = [];
  /** Thrown by every method while it is set. */
  failure: Error | undefined;
  /** Set: no method answers any more. */
  frozen = false;

  async describeTopics(names: readonly string[]) {
    await this.#ask('describe');
    return names.flatMap((name) => {
      const partitions = this.topics.get(name);
      return partitions === undefined ? [] : [{ name, partitions: partitions.map((_, id) => id) }];
    });
  }

  async listOffsets(topic: string, at: unknown): Promise<Map<number, number>> {
    await this.#ask('list');
    const partitions = this.topics.get(topic) ?? [];
    return new Map(partitions.map(({ beginning, end }, id) => [id, at === 'earliest' ? beginning : end]));
  }

  async groupOffsets(groupId: string): Promise<readonly GroupOffset[]> {
    await this.#ask('read');
    return [...(this.#groups.get(groupId)?.values() ?? [])];
  }

  async commitOffsets(groupId: string, offsets: readonly OffsetToCommit[]): Promise<void> {
    await this.#change(`commit ${groupId}`, groupId);
    const group = this.#groups.get(groupId) ?? new Map<string, GroupOffset>();
    for (const offset of offsets) group.set(nameOf(offset), { metadata: '', ...offset });
    this.#groups.set(groupId, group);
  }

  async deleteGroup(groupId: string): Promise<void> {
    await this.#change(`delete ${groupId}`, groupId);
    this.#groups.delete(groupId);
  }

  async deleteGroupOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<void> {
    await this.#change(`forget ${groupId}`, groupId);
    for (const partition of partitions) this.#groups.get(groupId)?.delete(nameOf(partition));
  }

  async #change(what: string, groupId: string): Promise<void> {
    await this.#ask(what);
    if (this.busy.has(groupId)) throw new FatalError('GROUP_HAS_MEMBERS', `group ${groupId} has members`);
  }

  async #ask(what: string): Promise<void> {
    this.asked.push(what);
    if (this.frozen) await new Promise(() => undefined);
    if (this.failure !== undefined) throw this.failure;
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}
