import type { Fault } from '../fault.ts';
import { errorTopicOf } from '../topology.ts';
import { configure } from './configure.ts';
import { sendErrants } from './send-errants.ts';

/** It takes no record that has context headers. */
export const fault: Fault = {
  name: 'error-topic-too-small',
  class: 'error topic too small for the record',
  weight: 1,
  comesFirst: true,
  holdMs: [1_500, 4_000],
  async inject(world) {
    const topic = errorTopicOf(
      await sendErrants(world, async (connector) => {
        await configure(world, errorTopicOf(connector), { 'max.message.bytes': '200' });
      }),
    );
    world.say(`${topic}: at most 200 bytes a record`);
    return () => configure(world, topic, {});
  },
};
