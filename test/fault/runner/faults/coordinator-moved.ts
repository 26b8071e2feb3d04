import { waitFor } from '../../../helpers/wait-for.ts';
import type { Fault } from '../fault.ts';
import { groupOf } from '../topology.ts';
import type { Cluster } from '../world.ts';

const OFFSETS = '__consumer_offsets';
const PATIENCE_MS = 60_000;

/** Gives a partition of `__consumer_offsets` these replicas; resolves when they have it. */
async function reassign({ admin }: Cluster, partition: number, replicas: readonly number[]): Promise<void> {
  await admin.alterPartitionReassignments({
    topics: [{ topic: OFFSETS, partitionAssignment: [{ partition, replicas: [...replicas] }] }],
  });
  const isOver = async () => {
    const { topics } = await admin.listPartitionReassignments({
      topics: [{ topic: OFFSETS, partitions: [partition] }],
    });
    return topics.every(({ partitions }) => partitions.length === 0);
  };
  await waitFor(isOver, { what: `replicas of ${OFFSETS}-${partition}`, timeoutMs: PATIENCE_MS });
}

/** A group's coordinator goes to another broker, while all of them live: the present one gives up its replica of the group's log. */
export const fault: Fault = {
  name: 'coordinator-moved',
  class: 'group coordinator moved',
  weight: 2,
  alone: true,
  async inject(world, random) {
    const { cluster, topology } = world;
    const group = groupOf(random.pick(topology.connectors));
    const before = await cluster.coordinatorOf(group);
    const partition = await cluster.partitionOf(group);
    const others = cluster.brokers.map(({ id }) => id).filter((id) => id !== before);
    await reassign(cluster, partition, others);
    const after = await waitFor(
      async () => {
        const now = await cluster.coordinatorOf(group);
        return now !== before && now > 0 && now;
      },
      { what: `${group} to have another coordinator`, timeoutMs: PATIENCE_MS },
    );
    world.say(`${group} from broker ${before} to ${after}`);
    return () => reassign(cluster, partition, [...others, before]);
  },
};
