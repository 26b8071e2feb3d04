import type { Fault } from '../fault.ts';
import { reads } from '../topology.ts';
import type { World } from '../world.ts';

const TOPIC = 'kept-documents';
const INDEX = 'documents-apart';
const PARTITIONS = 2;
const RECORDS = 120;

/** Whether the server makes a missing index with the first document. */
function autoCreate({ search }: World, isOn: boolean | null) {
  return search.request('PUT', '/_cluster/settings', { transient: { 'action.auto_create_index': isOn } });
}

async function send({ apart }: World) {
  const sent = [];
  for (let partition = 0; partition < PARTITIONS; partition++)
    sent.push(await apart.send(TOPIC, partition, Array(RECORDS).fill('plain')));
  return sent;
}

/** The index is deleted while documents are written to it. What was sent before then may be gone with it; what is sent afterwards must be
 *  there: in an index that the server makes anew, or once somebody else does, where it may not. */
export const fault: Fault = {
  name: 'search-index-deleted',
  class: 'index deleted in mid-run',
  weight: 1,
  alone: true,
  holdMs: [1_500, 3_000],
  async inject(world, random) {
    const { apart, search, topology } = world;
    const connector = topology.connectors.find(({ name }) => name === INDEX);
    if (connector === undefined) throw new Error(`no connector ${INDEX}`);
    const mayMake = random.pick([true, false]);
    await apart.topic(TOPIC, PARTITIONS);
    await send(world);
    await world.sleep(random.int(0, 800));
    await autoCreate(world, mayMake ? null : false);
    await search.request('DELETE', `/${INDEX}`);
    // Of all topics that go there, and also those that were not written yet: when that was, nobody can say.
    for (const { name, partitions } of apart.topics.filter(({ name }) => reads(connector, name)))
      for (let partition = 0; partition < partitions; partition++)
        world.ledger.deletedByKafka({ topic: name, partition }, 0, Number.POSITIVE_INFINITY, 'index');
    world.say(`${INDEX} deleted, and ${mayMake ? 'made anew by the server' : 'not made until somebody does'}`);
    const after = await send(world);
    return async () => {
      if (!mayMake) await search.request('PUT', `/${INDEX}`, {});
      await autoCreate(world, null);
      await apart.taken(after.flatMap((sent) => sent.slice(-1)));
    };
  },
};
