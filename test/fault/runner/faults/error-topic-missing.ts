import { createTopics } from '../create-topics.ts';
import type { Fault } from '../fault.ts';
import { errorTopicOf } from '../topology.ts';
import { sendErrants } from './send-errants.ts';

const PARTITIONS = 6;

/** Somebody deletes it, and makes it again later. */
export const fault: Fault = {
  name: 'error-topic-missing',
  class: 'error topic missing',
  weight: 1,
  comesFirst: true,
  alone: true,
  holdMs: [1_500, 4_000],
  async inject(world) {
    const topic = errorTopicOf(await sendErrants(world, (connector) => world.apart.removeErrorTopic(connector)));
    world.say(`${topic} is deleted`);
    return async () => {
      // Whoever needed it may have made it.
      if ((await world.cluster.admin.listTopics()).includes(topic)) return;
      await createTopics(world.cluster.admin, [{ topic, numPartitions: PARTITIONS, replicationFactor: 3 }]);
    };
  },
};
