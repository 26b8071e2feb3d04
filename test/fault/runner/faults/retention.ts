import { type Fault, nothingToLift } from '../fault.ts';
import { whileAsleep } from './asleep.ts';

const BATCH = 40;

/** The log's start overtakes the position of a group that sleeps. */
export const fault: Fault = {
  name: 'retention',
  class: 'retention overtakes the position',
  weight: 1,
  comesFirst: true,
  alone: true,
  holdMs: [0, 1_000],
  async inject(world, random) {
    const topic = 'apart-fading';
    await world.apart.topic(topic, 1);
    // So that the group has a position.
    await world.apart.taken((await world.apart.send(topic, 0, Array(BATCH).fill('plain'))).slice(-1));
    const gone = await whileAsleep(world, async () => {
      const sent = await world.apart.send(topic, 0, Array(BATCH).fill('plain'));
      const until = sent[random.int(1, BATCH - 1)]?.offset ?? 0;
      await world.cluster.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(until) }] });
      world.apart.deleted(topic, 0, 0, until, 'retention');
      return until - (sent[0]?.offset ?? 0);
    });
    world.say(`${topic}: ${gone} records that nobody had read`);
    return nothingToLift;
  },
};
