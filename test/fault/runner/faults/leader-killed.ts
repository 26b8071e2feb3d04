import type { Fault } from '../fault.ts';

/** Of a random partition; it is a coordinator of some groups, too. */
export const fault: Fault = {
  name: 'leader-killed',
  class: 'broker leader killed and restarted',
  weight: 2,
  alone: true,
  holdMs: [500, 4_000],
  async inject(world, random) {
    const topic = random.pick(world.topology.topics);
    const partition = random.int(0, topic.partitions - 1);
    const leader = await world.cluster.leaderOf(topic.name, partition);
    const { id, broker } =
      world.cluster.brokers.find((each) => each.id === leader) ?? random.pick(world.cluster.brokers);
    world.say(`broker ${id}, leader of ${topic.name}-${partition}`);
    await broker.kill('SIGKILL');
    return () => broker.restart();
  },
};
