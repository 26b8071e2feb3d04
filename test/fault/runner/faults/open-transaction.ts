import { CompressionTypes } from 'kafkajs';
import type { Fault } from '../fault.ts';
import { sendBooked } from '../send-booked.ts';

/** A transaction over a topic stays open for a while, beside those of the load, and readers have to wait for it; then it is aborted. Or its
 *  producer is gone, and Kafka aborts it. */
export const fault: Fault = {
  name: 'open-transaction',
  class: 'transactional producer with aborted transactions under read_committed',
  weight: 2,
  holdMs: [500, 4_000],
  async inject(world, random) {
    const { cluster, ledger, topology } = world;
    const topic = topology.topics.find(({ transactional }) => transactional);
    if (topic === undefined) throw new Error('no topic is written in transactions');
    const vanishes = random.next() < 0.3;
    const producer = cluster.client.producer({
      transactionalId: 'left-open',
      idempotent: true,
      maxInFlightRequests: 1,
      transactionTimeout: 5_000,
      allowAutoTopicCreation: false,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    for (let partition = 0; partition < topic.partitions; partition++) {
      const records = Array.from({ length: 10 }, () => ledger.next({ topic: topic.name, partition }));
      await sendBooked(transaction, records, ledger, CompressionTypes.None);
      ledger.aborted(records);
    }
    world.say(vanishes ? 'its producer vanishes' : 'aborted at the end');
    return async () => {
      if (!vanishes) await transaction.abort();
      await producer.disconnect();
    };
  },
};
