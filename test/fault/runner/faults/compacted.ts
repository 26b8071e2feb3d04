import { type Fault, nothingToLift } from '../fault.ts';
import { whileAsleep } from './asleep.ts';

const CONFIGS = {
  'cleanup.policy': 'compact',
  'min.cleanable.dirty.ratio': '0.01',
  'min.compaction.lag.ms': '0',
  'segment.ms': '100',
};
/** Each key of the load ten times. */
const RECORDS = 500;
const LOOK_EVERY_MS = 200;
const LOOKS = 60;

/** A compacted topic loses most of its records before anybody reads it: offsets have gaps, whole batches are empty. */
export const fault: Fault = {
  name: 'compacted',
  class: 'compacted topic with gaps',
  weight: 1,
  alone: true,
  holdMs: [0, 1_000],
  async inject(world) {
    const topic = 'apart-compacted';
    await world.apart.topic(topic, 1, CONFIGS);
    const gone = await whileAsleep(world, async () => {
      const sent = await world.apart.send(topic, 0, Array(RECORDS).fill('plain'));
      await world.sleep(2 * LOOK_EVERY_MS);
      // Ends the segment: only what is behind the newest one is compacted.
      await world.apart.send(topic, 0, ['plain']);
      const gone = () => sent.filter(({ deleted }) => deleted !== undefined).length;
      for (let look = 0; look < LOOKS && gone() === 0; look++) {
        await world.sleep(LOOK_EVERY_MS);
        await world.apart.noteCompaction();
      }
      return gone();
    });
    world.say(`${gone} of ${RECORDS} records compacted away before anybody read them`);
    return nothingToLift;
  },
};
