import { type Fault, nothingToLift } from '../fault.ts';

/** A record of 20 MB among small ones. */
export const fault: Fault = {
  name: 'huge-record',
  class: 'record of 20 MB',
  weight: 0.5,
  holdMs: [0, 2_000],
  async inject(world) {
    const topic = 'apart-huge';
    await world.apart.topic(topic, 1, { 'max.message.bytes': '25000000', 'segment.bytes': '50000000' });
    await world.apart.send(topic, 0, ['plain', 'plain']);
    await world.apart.send(topic, 0, ['huge']);
    await world.apart.send(topic, 0, ['plain', 'plain']);
    world.say(topic);
    return nothingToLift;
  },
};
