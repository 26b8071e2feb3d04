import type { RecordKind } from '../content.ts';
import { type Fault, nothingToLift } from '../fault.ts';

/** A batch of `function-apart`. */
const BATCH = 50;

const PLACES = {
  first: (i: number) => i === 0,
  last: (i: number) => i === BATCH - 1,
  'first and last': (i: number) => i === 0 || i === BATCH - 1,
  'every second': (i: number) => i % 2 === 1,
};

/** The function throws at whole batches, because of some records in them. */
export const fault: Fault = {
  name: 'poison',
  class: 'poison record first, last, and every second one',
  weight: 2,
  holdMs: [0, 2_000],
  async inject(world, random) {
    const topic = 'told-poison';
    await world.apart.topic(topic, 1);
    const place = random.pick(Object.keys(PLACES) as (keyof typeof PLACES)[]);
    world.say(`${place} of ${BATCH}`);
    const kinds = Array.from({ length: BATCH }, (_, i): RecordKind => (PLACES[place](i) ? 'poison' : 'plain'));
    await world.apart.send(topic, 0, kinds);
    return nothingToLift;
  },
};
