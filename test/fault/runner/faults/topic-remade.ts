import { type Fault, nothingToLift } from '../fault.ts';

const PARTITIONS = 2;
/** The new topic must stay shorter than the old one was: docs/failures.md, "Not yet". */
const OLD_RECORDS = 120;
const NEW_RECORDS = 40;

/** A topic vanishes, with records that may have been read or not, and is back under its name at once or after a while. Its reader is a
 *  function: objects of the old topic have the names of those of the new one. */
export const fault: Fault = {
  name: 'topic-remade',
  class: 'topic deleted and made again',
  weight: 1,
  alone: true,
  holdMs: [0, 0],
  async inject(world, random) {
    const topic = 'told-remade';
    const fill = async (records: number) => {
      for (let partition = 0; partition < PARTITIONS; partition++)
        await world.apart.send(topic, partition, Array(records).fill('plain'));
    };
    const readMs = random.int(0, 4_000);
    const awayMs = random.pick([0, random.int(0, 5_000)]);
    world.say(`${topic} read for ${readMs} ms, away for ${awayMs} ms`);
    await world.apart.topic(topic, PARTITIONS);
    await fill(OLD_RECORDS);
    await world.sleep(readMs);
    await world.apart.remove(topic);
    await world.sleep(awayMs);
    await world.apart.topic(topic, PARTITIONS);
    await fill(NEW_RECORDS);
    return nothingToLift;
  },
};
