import { type Fault, nothingToLift } from '../fault.ts';

const MOST = 30;
const RECORDS = 60;

/** A topic gets more partitions, and records in them before any worker knows. */
export const fault: Fault = {
  name: 'partitions-raised',
  class: 'partition count raised',
  weight: 1,
  holdMs: [0, 3_000],
  async inject(world, random) {
    const topic = 'apart-grown';
    const spec = await world.apart.topic(topic, 1);
    await world.apart.send(topic, 0, Array(RECORDS).fill('plain'));
    const before = spec.partitions;
    const count = Math.min(MOST, before + random.int(1, 2));
    world.say(`${topic} from ${before} to ${count} partitions`);
    if (count > before) await world.cluster.admin.createPartitions({ topicPartitions: [{ topic, count }] });
    spec.partitions = count;
    for (let partition = before; partition < count; partition++)
      await world.apart.send(topic, partition, Array(RECORDS).fill('plain'));
    return nothingToLift;
  },
};
