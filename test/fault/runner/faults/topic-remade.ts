import { type Fault, nothingToLift } from '../fault.ts';

const PARTITIONS = 2;
const OLD_RECORDS = 120;
/** Shorter than the old one was, so that the old position is past its end; or longer, so that nothing but the topic's id tells. */
const NEW_RECORDS = [40, 400];

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
      const sent = [];
      for (let partition = 0; partition < PARTITIONS; partition++)
        sent.push(...(await world.apart.send(topic, partition, Array(records).fill('plain'))));
      return sent;
    };
    const readMs = random.int(0, 4_000);
    const awayMs = random.pick([0, random.int(0, 5_000)]);
    const newRecords = random.pick(NEW_RECORDS);
    world.say(`${topic} read for ${readMs} ms, away for ${awayMs} ms, then ${newRecords} records a partition`);
    await world.apart.topic(topic, PARTITIONS);
    await fill(OLD_RECORDS);
    await world.sleep(readMs);
    await world.apart.remove(topic);
    await world.sleep(awayMs);
    await world.apart.topic(topic, PARTITIONS);
    // The next time begins with the removal of these.
    await world.apart.taken(await fill(newRecords));
    return nothingToLift;
  },
};
